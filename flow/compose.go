package flow

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// outboxGrace is how long the events of a command may take to be published
// before the tick publishes them again.
const outboxGrace = 10 * time.Second

// streamKey returns the key of a stream's name.
func streamKey(stream string) string {
	_, key, _ := strings.Cut(stream, "/")
	return key
}

// streamNamespace returns the namespace of a stream's name.
func streamNamespace(stream string) string {
	ns, _, _ := strings.Cut(stream, "/")
	return ns
}

// compose makes the commit of what was decided: the record, the head with the
// state after it, the deadlines, and for a command the outbox entry.
func (s *System) compose(d decision, head driver.Head, state any, out []Event) (body, driver.Commit, error) {
	now, later, err := sort(d, out)
	if err != nil {
		return body{}, driver.Commit{}, &functionError{function: d.function.name, err: Reject(err)}
	}
	b := body{
		Version: bodyVersion, ID: d.id, Stream: d.stream, Time: max(s.now(), head.Time+1, d.cause.Time+1),
		Function: d.function.name, Cause: d.cause.ID, Actor: d.actor, Command: d.command,
		Correlation: correlationOf(d, head),
	}
	if b.Seq = head.Seq + 1; len(now) == 0 {
		b.Seq, b.After = 0, head.Seq
	}
	if err := b.fill(s.index.codec, now, later); err != nil {
		return body{}, driver.Commit{}, &functionError{function: d.function.name, err: Reject(err)}
	}
	commit, err := commitOf(b, head)
	if err != nil || len(now) == 0 {
		return b, commit, err
	}
	next := driver.Head{
		Stream: d.stream, Seq: head.Seq + uint64(len(now)), Time: b.Time, Hash: commit.Record.Hash,
		Correlation: head.Correlation, Version: head.Version,
	}
	if head.Seq == 0 {
		next.Correlation = b.Correlation
	}
	next.State, next.Shape, err = s.evolved(d.stream, state, now)
	commit.Head = &next
	return b, commit, err
}

// commitOf returns the commit of a body, still without its head.
func commitOf(b body, head driver.Head) (driver.Commit, error) {
	data, err := json.Marshal(b)
	if err != nil {
		return driver.Commit{}, fmt.Errorf("flow: record %s: %w", b.ID, err)
	}
	prev := head.Hash
	if len(b.Events) == 0 {
		prev = driver.Hash{}
	}
	items, err := agendaOf(b)
	return driver.Commit{
		Record: driver.Record{
			ID: b.ID, Stream: b.Stream, Seq: b.Seq, Count: len(b.Events), Time: b.Time,
			Correlation: b.Correlation, Hash: chain(prev, data), Body: data,
		},
		Items: items,
	}, err
}

// correlationOf returns the flow of a decision: its cause's; for a command the
// one that began the stream, so that all commands on one thing tell one story; a
// new one for a command that begins a stream.
func correlationOf(d decision, head driver.Head) string {
	switch {
	case d.cause.Correlation != "":
		return d.cause.Correlation
	case head.Correlation != "":
		return head.Correlation
	}
	return d.id
}

// sort checks what was decided and parts the events to record now from the
// deadlines.
func sort(d decision, out []Event) (now, later []Event, err error) {
	declared := d.function.Outputs()
	for _, e := range out {
		switch {
		case e == nil:
			return nil, nil, fmt.Errorf("emits nil")
		case !slices.Contains(declared, e.Type()):
			return nil, nil, fmt.Errorf("emits %s, which it does not declare", e.Type())
		case StreamOf(e) != d.stream:
			return nil, nil, fmt.Errorf("emits %s for %s, and decides on %s", e.Type(), StreamOf(e), d.stream)
		case delayOf(e) > 0:
			later = append(later, e)
		default:
			now = append(now, e)
		}
	}
	return now, later, nil
}

// fill puts events and deadlines into a body.
func (b *body) fill(x codec, now, later []Event) error {
	for _, e := range now {
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.Type(), err)
		}
		b.Events = append(b.Events, storedEvent{Type: e.Type(), Version: x.stored(e.Type()), Data: data})
	}
	for i, e := range later {
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.Type(), err)
		}
		b.Deadlines = append(b.Deadlines, storedDeadline{
			ID: identityOf("deadline", b.ID, strconv.Itoa(i)), Type: e.Type(), Version: x.stored(e.Type()), Due: b.Time.Add(delayOf(e)), Data: data,
		})
	}
	return nil
}

// agendaOf returns the items that go with a body: its deadlines, and for a
// command with events the outbox entry, since nobody redelivers a command.
func agendaOf(b body) ([]driver.Item, error) {
	var items []driver.Item
	for _, d := range b.Deadlines {
		data, err := json.Marshal(dueEvent{Deadline: d, Stream: b.Stream, Function: b.Function, Cause: b.causeOfDeadlines(), Actor: b.Actor})
		if err != nil {
			return nil, fmt.Errorf("flow: deadline %s: %w", d.ID, err)
		}
		items = append(items, driver.Item{Kind: driver.Deadlines, ID: d.ID, Due: d.Due, Body: data})
	}
	if b.Command != nil && len(b.Events) > 0 {
		items = append(items, driver.Item{Kind: driver.Outbox, ID: b.ID, Due: b.Time.Add(outboxGrace)})
	}
	return items, nil
}

// A dueEvent is what the agenda holds of a deadline.
type dueEvent struct {
	Deadline storedDeadline `json:"deadline"`
	Stream   string         `json:"stream"`
	Function string         `json:"function"`
	Cause    Recorded       `json:"cause"`
	Actor    string         `json:"actor,omitempty"`
}

// causeOfDeadlines returns what a deadline's event names as its cause: the first
// event recorded with it, or the one it was decided on.
func (b body) causeOfDeadlines() Recorded {
	cause := Recorded{ID: b.Cause, Time: b.Time, Correlation: b.Correlation}
	if len(b.Events) > 0 {
		cause.ID = eventID(b.ID, 0)
	}
	return cause
}
