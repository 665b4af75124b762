package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

// streamSource is what a CloudEvent's source begins with: the path under which
// the HTTP edge serves the stream.
const streamSource = "/streams/"

const (
	// maxMessageData is the most data that a message carries; of more it carries
	// where that is, and the engine reads it from the log. SNS and SQS messages
	// hold 262,144 bytes with all attributes, see
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html.
	maxMessageData = 200_000
	// dataRef is the CloudEvents extension for that, see
	// https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/dataref.md.
	dataRef = "dataref"
)

// messageOf returns an event as a CloudEvents 1.0 message in binary mode, with
// the extensions sequence, correlationid and causationid of the specification.
// See https://github.com/cloudevents/spec/tree/main/cloudevents/extensions.
func messageOf(r Recorded) driver.Message {
	attributes := map[string]string{
		"specversion":     "1.0",
		"source":          streamSource + r.Stream,
		"time":            r.Time.String(),
		"datacontenttype": "application/json",
		"sequence":        fmt.Sprintf("%020d", r.Seq),
		"correlationid":   r.Correlation,
		"function":        r.Function,
		"dataschema":      schemaURN(r.Type, r.Version),
	}
	data := r.Data
	if len(data) > maxMessageData {
		attributes[dataRef], data = streamSource+r.Stream, nil
	}
	setIf(attributes, "causationid", r.Cause)
	setIf(attributes, "command", r.Command)
	setIf(attributes, "actor", r.Actor)
	return driver.Message{ID: r.ID, Topic: r.Type, Attributes: attributes, Data: data}
}

// schemaURN names the schema of an event's data, and with it the version.
func schemaURN(typ string, version int) string {
	return fmt.Sprintf("urn:onevent:%s:%d", typ, max(version, 1))
}

// versionOf reads what schemaURN made; a message without it has version 1.
func versionOf(typ, urn string) (int, error) {
	if urn == "" {
		return 1, nil
	}
	text, ok := strings.CutPrefix(urn, "urn:onevent:"+typ+":")
	version, err := strconv.Atoi(text)
	if !ok || err != nil || version < 1 {
		return 0, fmt.Errorf("dataschema %q names no version of a %q", urn, typ)
	}
	return version, nil
}

func setIf(attributes map[string]string, name, value string) {
	if value != "" {
		attributes[name] = value
	}
}

// storedVersion returns a version as records hold it: 0 for 1.
func storedVersion(version int) int {
	if version == 1 {
		return 0
	}
	return version
}

// eventOf reads a message that messageOf made.
func eventOf(m driver.Message) (Recorded, error) {
	a := m.Attributes
	stream, ok := strings.CutPrefix(a["source"], streamSource)
	seq, seqErr := strconv.ParseUint(a["sequence"], 10, 64)
	at, timeErr := time.Parse(time.RFC3339Nano, a["time"])
	version, err := versionOf(m.Topic, a["dataschema"])
	switch {
	case err != nil:
	case a["specversion"] != "1.0":
		err = fmt.Errorf("specversion is %q, not 1.0", a["specversion"])
	case CheckKey(m.ID) != nil || CheckKey(a["correlationid"]) != nil || a["causationid"] != "" && CheckKey(a["causationid"]) != nil:
		err = errors.New("id, correlationid or causationid is none that the engine gives")
	case !ok || Namespace(m.Topic) != streamNamespace(stream) || checkStream(stream) != nil:
		err = fmt.Errorf("source %q is not the stream of a %q", a["source"], m.Topic)
	case !utf8.ValidString(a["function"]+a["command"]+a["actor"]) || !utf8.Valid(m.Data):
		err = errors.New("function, command, actor or data is not UTF-8")
	case seqErr != nil || seq == 0:
		err = fmt.Errorf("sequence %q is not a place in a stream", a["sequence"])
	case timeErr != nil:
		err = fmt.Errorf("time: %w", timeErr)
	case a[dataRef] == "" && !json.Valid(m.Data):
		err = errors.New("data is not JSON")
	}
	if err != nil {
		return Recorded{}, fmt.Errorf("flow: message %q: %w", m.ID, err)
	}
	return Recorded{
		ID: m.ID, Type: m.Topic, Version: storedVersion(version), Stream: stream, Seq: seq, Time: driver.TimeOf(at), Function: a["function"],
		Cause: a["causationid"], Command: a["command"], Correlation: a["correlationid"], Actor: a["actor"], Data: m.Data,
	}, nil
}
