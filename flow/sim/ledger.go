package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A ledger is what the simulation itself knows of the log, and with which it
// checks what is promised. It trusts no identity: it looks at what records say.
type ledger struct {
	w       *World
	streams map[string]end
	records map[string]bool
	events  map[string]known  // by ID
	handled map[string]string // records by function and cause
	// commands counts the records of each command by what it says, sent the
	// sendings.
	commands, sent map[string]int
	receipts       map[string]flow.Receipt // by command and idempotency key
	keys           map[string]bool         // commands and idempotency keys that were sent
	accepted       map[string]string       // records by command and who sent it
	due            map[string]driver.Time  // of deadlines, by the record that they become
	last           driver.Time             // of all records
	deciders       map[string]int          // versions of the application, by record
	announced      map[string]bool         // events that the broker was given
	documents      map[string]driver.Document
	functions      map[string]flow.Function
	agenda         map[driver.Kind][]driver.Item // as it was when it was read last
}

type end struct {
	seq  uint64
	time driver.Time
	hash driver.Hash
}

// chained returns the hash that a record must have. It is written a second time
// here, because a mistake of the engine would be one of its audit, too.
func chained(prev driver.Hash, body []byte) (sum driver.Hash) {
	h := sha256.New()
	h.Write([]byte("onevent record v1\n"))
	h.Write(prev[:])
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

// A known event is one that was committed.
type known struct {
	typ, correlation, record string
	time                     driver.Time
	data                     json.RawMessage
}

// A stored record is a record's body, as the engine writes it.
type stored struct {
	ID          string      `json:"id"`
	Stream      string      `json:"stream"`
	Seq         uint64      `json:"seq"`
	Time        driver.Time `json:"time"`
	Function    string      `json:"function"`
	Cause       string      `json:"cause"`
	Correlation string      `json:"correlation"`
	Actor       string      `json:"actor"`
	Command     *struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"command"`
	Events []struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"events"`
}

func readRecord(record driver.Record) (r stored, err error) {
	err = json.Unmarshal(record.Body, &r)
	return r, err
}

func newLedger(w *World, functions []flow.Function) *ledger {
	l := &ledger{
		w: w, streams: map[string]end{}, records: map[string]bool{}, events: map[string]known{}, handled: map[string]string{},
		commands: map[string]int{}, sent: map[string]int{}, receipts: map[string]flow.Receipt{}, keys: map[string]bool{}, accepted: map[string]string{}, due: map[string]driver.Time{},
		deciders: map[string]int{}, announced: map[string]bool{}, documents: map[string]driver.Document{},
		functions: map[string]flow.Function{}, agenda: map[driver.Kind][]driver.Item{},
	}
	for _, f := range functions {
		l.functions[f.Name()] = f
	}
	return l
}

// committed checks a commit that was made.
func (l *ledger) committed(n *node, a *actor, c driver.Commit) {
	r, err := readRecord(c.Record)
	if err != nil {
		l.w.violate("P9", "", "record %s can't be read: %v", c.Record.ID, err)
		return
	}
	l.w.trace.about(l.w, a, "commit", r.Correlation, sentence(r, c))
	l.deciders[r.ID] = n.version
	l.last = max(l.last, r.Time)
	l.order(c, r)
	l.once(r)
	l.early(n, r)
	l.cause(r)
	for _, item := range c.Items {
		if item.Kind == driver.Deadlines {
			l.due[item.ID] = item.Due
		}
	}
	for i, e := range r.Events {
		k := known{typ: e.Type, correlation: r.Correlation, record: r.ID, time: r.Time, data: e.Data}
		l.events[fmt.Sprintf("%s-%d", r.ID, i)] = k
	}
	l.w.tellInvariants(r)
}

func sentence(r stored, c driver.Commit) string {
	what := "nothing"
	if len(r.Events) > 0 {
		types := make([]string, len(r.Events))
		for i, e := range r.Events {
			types[i] = e.Type
		}
		what = fmt.Sprint(types)
	}
	parts := []string{fmt.Sprintf("%s decides %s on %s %d", r.Function, what, r.Stream, r.Seq)}
	for _, item := range c.Items {
		parts = append(parts, fmt.Sprintf("%s %s", item.Kind, item.Due))
	}
	return strings.Join(parts, ", ")
}

// order checks P3: a stream has no gap, no fork, and each record a place and a
// time of its own.
func (l *ledger) order(c driver.Commit, r stored) {
	if l.records[r.ID] {
		l.w.violate("P3", r.Correlation, "record %s was written twice", r.ID)
	}
	l.records[r.ID] = true
	last := l.streams[r.Stream]
	if len(r.Events) == 0 {
		l.chain(c.Record, driver.Hash{})
		return
	}
	if r.Seq != last.seq+1 {
		l.w.violate("P3", r.Correlation, "%s: sequence %d follows %d", r.Stream, r.Seq, last.seq)
	}
	if r.Time <= last.time {
		l.w.violate("P3", r.Correlation, "%s: the time of %d is not after that of %d", r.Stream, r.Seq, last.seq)
	}
	l.chain(c.Record, last.hash)
	l.streams[r.Stream] = end{seq: r.Seq + uint64(len(r.Events)) - 1, time: r.Time, hash: c.Record.Hash}
	if c.Head == nil || c.Head.Seq != l.streams[r.Stream].seq {
		l.w.violate("P3", r.Correlation, "%s: the head is not at the last event", r.Stream)
	}
}

// chain checks P10: the hash covers the record and the one before it.
func (l *ledger) chain(r driver.Record, before driver.Hash) {
	if r.Hash != chained(before, r.Body) {
		l.w.violate("P10", r.Correlation, "%s %d: the hash does not cover the record and the one before", r.Stream, r.Seq)
	}
}

// once checks P2: one record for each function and event, and for each command
// that was sent.
func (l *ledger) once(r stored) {
	if r.Command != nil {
		l.accepted[r.Command.Type+" "+r.Actor] = r.ID
		key := r.Command.Type + string(r.Command.Data)
		if l.commands[key]++; l.commands[key] > l.sent[key] {
			l.w.violate("P2", r.Correlation, "%s %s was recorded %d times, and sent %d times", r.Command.Type, r.Command.Data, l.commands[key], l.sent[key])
		}
		return
	}
	key := r.Function + " on " + r.Cause
	f, ok := l.functions[r.Function]
	if !ok || !slices.Contains(f.Inputs(), l.events[r.Cause].typ) {
		if len(r.Events) > 0 { // a deadline, or what the watchdog found
			key += " " + r.Events[0].Type + string(r.Events[0].Data)
		}
	}
	if r.Cause == "" {
		return
	}
	if first, twice := l.handled[key]; twice {
		l.w.violate("P2", r.Correlation, "%s has two records, %s and %s", key, first, r.ID)
	}
	l.handled[key] = r.ID
}

// early checks that no deadline comes before its time: not by what the log says,
// and not by any time that the process has seen on its clock.
func (l *ledger) early(n *node, r stored) {
	if due, ok := l.due[r.ID]; ok && (r.Time < due || n.latest < due) {
		l.w.violate("P5", r.Correlation, "the deadline %s fell due at %s, before its time %s", r.Events[0].Type, min(r.Time, n.latest), due)
	}
}

// cause checks what makes a record follow from another: it is later, and of the
// same flow.
func (l *ledger) cause(r stored) {
	if r.Cause == "" {
		return
	}
	e, ok := l.events[r.Cause]
	switch {
	case !ok:
		l.w.violate("P3", r.Correlation, "%s has a cause that is not in the log: %s", r.ID, r.Cause)
	case r.Time <= e.time:
		l.w.violate("P3", r.Correlation, "%s %d is at %s, not after its cause", r.Stream, r.Seq, r.Time)
	case r.Correlation != e.correlation:
		l.w.violate("P3", r.Correlation, "%s %d has left the flow %s of its cause", r.Stream, r.Seq, e.correlation)
	}
}

var errPhantom = errors.New("sim: the message is of an event that is not in the log")

// published checks that a message tells what the log says.
func (l *ledger) published(m driver.Message) error {
	if m.Attributes["handoverto"] != "" {
		return nil // it tells no event
	}
	e, ok := l.events[m.ID]
	if !ok {
		l.w.violate("P1", "", "%s %s was published before it was recorded", m.Topic, m.ID)
		return errPhantom
	}
	if e.typ != m.Topic || len(m.Data) > 0 && !bytes.Equal(e.data, m.Data) {
		l.w.violate("P1", e.correlation, "%s %s was published otherwise than it was recorded", m.Topic, m.ID)
	}
	l.announced[m.ID] = true
	return nil
}

// acknowledged checks P1 when a message is done: its outcome is in the log and
// was published, or it waits on the agenda.
func (l *ledger) acknowledged(p *parcel) {
	m := p.message
	f, ok := l.functions[m.Subscription]
	e, isEvent := l.events[m.ID]
	if !ok || !isEvent || f.Kind() != flow.KindOn && f.Kind() != flow.KindEffect {
		return
	}
	record, handled := l.handled[f.Name()+" on "+m.ID]
	if !handled {
		if !l.waits(f.Name(), m.ID) {
			l.w.violate("P1", e.correlation, "%s is acknowledged for %s, which has not handled it, and it waits nowhere", m.ID, f.Name())
		}
		return
	}
	for i := 0; ; i++ {
		id := fmt.Sprintf("%s-%d", record, i)
		if _, more := l.events[id]; !more {
			return
		}
		if !l.announced[id] && !l.waits(f.Name(), m.ID) {
			l.w.violate("P1", e.correlation, "%s is acknowledged for %s, and what it led to was never published", m.ID, f.Name())
		}
	}
}

// waits says whether the agenda will try an event again.
func (l *ledger) waits(function, event string) bool {
	for _, kind := range []driver.Kind{driver.Retries, driver.Parked} {
		if _, err := l.w.base.Agenda.Get(l.w.ctx, kind, function+"~"+event); err == nil {
			return true
		}
	}
	return false
}

// answered checks P1 when a client is told that its command is done.
func (l *ledger) answered(r flow.Request, receipt flow.Receipt) {
	if !l.records[receipt.ID] {
		l.w.violate("P1", receipt.Correlation, "%s was acknowledged as %s, which is not in the log", r.Command, receipt.ID)
	}
	if r.IdempotencyKey == "" {
		return
	}
	key := r.Command + " " + r.IdempotencyKey
	first, again := l.receipts[key]
	if !again {
		l.receipts[key] = receipt
		return
	}
	l.w.cover("command sent again")
	if first.ID != receipt.ID || len(first.Events) != len(receipt.Events) {
		l.w.violate("P2", receipt.Correlation, "%s was acknowledged as %s and as %s", key, first.ID, receipt.ID)
	}
}

// refused checks P1 when a process refuses a command: with its key, nothing was
// recorded. Between the engine's last look at the log and this, nobody went on.
func (l *ledger) refused(r flow.Request, err error) {
	_, refused := errors.AsType[*flow.Refusal](err)
	if !refused || r.IdempotencyKey == "" {
		return
	}
	if record, ok := l.accepted[r.Command+" "+r.Actor]; ok {
		l.w.violate("P1", "", "%s with the key %s was refused (%v), and is recorded as %s", r.Command, r.IdempotencyKey, err, record)
	}
}
