// Package wire is how a message looks on SNS and SQS: a CloudEvent in the JSON
// format, in structured mode, as the body. Raw delivery passes at most ten message
// attributes on, fewer than an event has, see
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html.
//
//	{"id":"…","type":"order.created","specversion":"1.0",…,"data":{…}}
//
// Data that is not JSON, or not to the byte, is in data_base64, as CloudEvents has
// it. Two members are this package's own; no attribute of CloudEvents has an
// underscore in its name: data_claim says where data is that is too large, and
// other_attributes holds attributes with the names of members.
package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// MaxData is the most bytes of data in a driver.Message.
	MaxData = 10_000_000
	// MaxBody is the most bytes of a message, and of a batch of them, on SNS, see
	// https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html.
	MaxBody = 262_144

	maxValue      = 1024
	maxAttributes = 20
)

// The members that are no attributes.
const (
	memberID     = "id"
	memberType   = "type"
	memberData   = "data"
	memberBase64 = "data_base64"
	memberClaim  = "data_claim"
	memberOther  = "other_attributes"
)

// Check returns an error, which may wrap ErrTooLarge, for a message that is beyond
// the limits of driver.Message.
func Check(m driver.Message) error {
	var err error
	switch {
	case m.ID == "":
		err = errors.New("no ID")
	case m.Topic == "":
		err = errors.New("no topic")
	case len(m.Data) > MaxData:
		err = fmt.Errorf("%d bytes, the limit is %d: %w", len(m.Data), MaxData, driver.ErrTooLarge)
	case len(m.Attributes) > maxAttributes:
		err = fmt.Errorf("%d attributes, the limit is %d: %w", len(m.Attributes), maxAttributes, driver.ErrTooLarge)
	}
	for name, value := range m.Attributes {
		if len(value) > maxValue {
			err = fmt.Errorf("attribute %q: %d bytes, the limit is %d: %w", name, len(value), maxValue, driver.ErrTooLarge)
		}
	}
	if err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	return nil
}

// Encode returns the body for a message. With a claim, which says where the data
// is, it is without the data.
func Encode(m driver.Message, claim string) string {
	var b strings.Builder
	b.WriteByte('{')
	add := func(name, value string) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(quote(name) + ":" + value)
	}
	add(memberID, quote(m.ID))
	add(memberType, quote(m.Topic))
	var other []string
	for _, name := range slices.Sorted(maps.Keys(m.Attributes)) {
		if isMember(name) {
			other = append(other, quote(name)+":"+quote(m.Attributes[name]))
			continue
		}
		add(name, quote(m.Attributes[name]))
	}
	if len(other) > 0 {
		add(memberOther, "{"+strings.Join(other, ",")+"}")
	}
	switch {
	case claim != "":
		add(memberClaim, quote(claim))
	case isPlain(m.Data):
		add(memberData, string(m.Data))
	case len(m.Data) > 0:
		add(memberBase64, `"`+base64.StdEncoding.EncodeToString(m.Data)+`"`)
	}
	b.WriteByte('}')
	return b.String()
}

func isMember(name string) bool {
	return name == memberID || name == memberType || name == memberData || strings.Contains(name, "_")
}

// isPlain says whether data can be in a body as it is: it is JSON with nothing
// around it, and has only the characters that SQS takes, see
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
func isPlain(data []byte) bool {
	return len(data) > 0 && json.Valid(data) && utf8.Valid(data) && len(bytes.TrimSpace(data)) == len(data) &&
		!bytes.ContainsAny(data, "\x7f\uFFFE\uFFFF")
}

// quote returns a string as JSON, without the characters that SQS does not take.
func quote(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return `""` // no string fails
	}
	return strings.NewReplacer("\x7f", `\u007f`, "\uFFFE", `\ufffe`, "\uFFFF", `\uffff`).Replace(string(quoted))
}

// Decode returns the message in a body, and where its data is if not in it. What is
// no CloudEvent is a message all the same, with the body as its data, and without
// ID and Topic.
func Decode(body string) (m driver.Message, claim string) {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &members) != nil || members[memberID] == nil {
		return driver.Message{Data: []byte(body), Attributes: map[string]string{}}, ""
	}
	m = driver.Message{Attributes: map[string]string{}}
	for name, value := range members {
		switch name {
		case memberID:
			m.ID = textOf(value)
		case memberType:
			m.Topic = textOf(value)
		case memberData:
			m.Data = value
		case memberClaim:
			claim = textOf(value)
		case memberBase64:
			if data, err := base64.StdEncoding.DecodeString(textOf(value)); err == nil {
				m.Data = data
			}
		case memberOther:
			var other map[string]json.RawMessage
			if json.Unmarshal(value, &other) == nil {
				for name, value := range other {
					m.Attributes[name] = textOf(value)
				}
			}
		default:
			m.Attributes[name] = textOf(value)
		}
	}
	return m, claim
}

// textOf returns a member as text: a string's own, and of other values their JSON.
func textOf(value json.RawMessage) string {
	var s string
	if len(value) > 0 && value[0] == '"' && json.Unmarshal(value, &s) == nil {
		return s
	}
	return string(value)
}
