package flow

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// Time is a time on the log's clock, in microseconds since the Unix epoch.
type Time = driver.Time

// A Recorded is one event as it stands in the log, with why it is there.
type Recorded struct {
	// ID is unique for ever: the record's identity, a hyphen and the event's
	// index in the record.
	ID string `json:"id"`
	// Type is the wire name, and Version the event's version; 0 means 1.
	Type    string `json:"type"`
	Version int    `json:"version,omitempty"`
	// Stream is "namespace/key".
	Stream string `json:"stream"`
	// Seq is the place in the stream, from 1.
	Seq uint64 `json:"seq"`
	// Time is when it was recorded. (Time, Stream, Seq) orders the whole log.
	Time Time `json:"time"`
	// Function is the name of the function that decided it.
	Function string `json:"function"`
	// Cause is the ID of the event that it was decided on; empty for a
	// command's.
	Cause string `json:"cause,omitempty"`
	// Command is the wire name of the command that it was decided on; empty for
	// an event's.
	Command string `json:"command,omitempty"`
	// Correlation is the flow that it belongs to.
	Correlation string `json:"correlation"`
	// Actor is who sent the command at the beginning.
	Actor string `json:"actor,omitempty"`
	// Data is the event itself.
	Data json.RawMessage `json:"data"`
}

// before says whether r stands before o in the order of the log.
func (r Recorded) before(o Recorded) bool {
	if r.Time != o.Time {
		return r.Time < o.Time
	}
	if r.Stream != o.Stream {
		return r.Stream < o.Stream
	}
	return r.Seq < o.Seq
}

// A body is what a record's Body holds, in JSON. It is what the hash chain
// covers, so it repeats the record's other fields. It must stay readable for
// ever: fields may be added, none may change.
type body struct {
	Version int    `json:"v"`
	ID      string `json:"id"`
	Stream  string `json:"stream"`
	Seq     uint64 `json:"seq,omitempty"`
	// After is, in a mark, the sequence of the stream's last event when it was
	// decided that there is nothing to do.
	After       uint64           `json:"after,omitempty"`
	Time        Time             `json:"time"`
	Function    string           `json:"function"`
	Cause       string           `json:"cause,omitempty"`
	Correlation string           `json:"correlation"`
	Actor       string           `json:"actor,omitempty"`
	Command     *storedCommand   `json:"command,omitempty"`
	Events      []storedEvent    `json:"events,omitempty"`
	Deadlines   []storedDeadline `json:"deadlines,omitempty"`
}

type storedEvent struct {
	Type    string          `json:"type"`
	Version int             `json:"version,omitempty"` // 0 means 1
	Data    json.RawMessage `json:"data"`
}

type storedCommand struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

type storedDeadline struct {
	ID      string          `json:"id"` // the identity of the record that it will be
	Type    string          `json:"type"`
	Version int             `json:"version,omitempty"` // 0 means 1
	Due     Time            `json:"due"`
	Data    json.RawMessage `json:"data"`
}

const bodyVersion = 1

// readBody reads a record's body and compares it with the fields beside it.
func readBody(r driver.Record) (body, error) {
	var b body
	if err := json.Unmarshal(r.Body, &b); err != nil {
		return b, fmt.Errorf("flow: record %s: %w", r.ID, err)
	}
	switch {
	case b.Version != bodyVersion:
		return b, fmt.Errorf("flow: record %s: version %d, this program reads %d", r.ID, b.Version, bodyVersion)
	case b.ID != r.ID || b.Stream != r.Stream || b.Seq != r.Seq || b.Time != r.Time ||
		b.Correlation != r.Correlation || len(b.Events) != r.Count:
		return b, fmt.Errorf("flow: record %s: %w", r.ID, errTampered)
	}
	return b, nil
}

var errTampered = errors.New("the fields beside the body are not those of the body; the log was changed")

// recorded returns the body's events.
func (b body) recorded() []Recorded {
	events := make([]Recorded, len(b.Events))
	for i, e := range b.Events {
		events[i] = Recorded{
			ID: eventID(b.ID, i), Type: e.Type, Version: e.Version, Stream: b.Stream, Seq: b.Seq + uint64(i),
			Time: b.Time, Function: b.Function, Cause: b.Cause, Correlation: b.Correlation, Actor: b.Actor, Data: e.Data,
		}
		if b.Command != nil {
			events[i].Command = b.Command.Type
		}
	}
	return events
}
