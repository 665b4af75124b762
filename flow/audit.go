package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// An Audit is what a look at the whole log found.
type Audit struct {
	// Records and Events count what is in the log.
	Records, Events int
	// Accepted counts the events that have a function. It is Handled, those
	// with an outcome in the log, and Parked, those that were given up, and
	// len(InFlight), the rest.
	Accepted, Handled, Parked int
	// InFlight are in the order of the log, so the first has waited longest.
	InFlight []Recorded
	// Given counts all handlings that were given up: besides those of Parked,
	// of views, of messages that can't be read, and of events whose outcome is
	// in the log all the same.
	Given int
	// Documents counts the documents of all views; Stale names those that
	// differ from the fold of the log, as "view/key".
	Documents int
	Stale     []string
	// Broken tells where a stream has a gap, a fork or a record that was
	// changed, or a head whose state is not the fold of its events.
	Broken []string
}

// Quiet says whether nothing is in flight and no document is stale.
func (a Audit) Quiet() bool { return len(a.InFlight) == 0 && len(a.Stale) == 0 }

// Audit reads the whole log and compares everything that follows from it: the
// chain and the head of each stream, the outcome of each event, each document of
// each view. It changes nothing and calls no effect.
//
// Run while the system works, it finds what is in flight just then. It holds the
// identities of all records and all documents in memory.
func (s *System) Audit(ctx context.Context) (Audit, error) {
	a := auditor{
		system: s, ends: map[string]chainEnd{}, ids: map[string]bool{},
		expected: map[string]Recorded{}, folds: map[string]map[string]any{}, states: map[string]any{},
	}
	for name := range s.index.views {
		a.folds[name] = map[string]any{}
	}
	for r, err := range s.platform.Log.Scan(ctx, 0, driver.Forever) {
		if err != nil {
			return Audit{}, fmt.Errorf("flow: audit: %w", err)
		}
		if err := a.record(r); err != nil {
			return Audit{}, fmt.Errorf("flow: audit: %w", err)
		}
	}
	if err := a.parked(ctx); err != nil {
		return Audit{}, fmt.Errorf("flow: audit: %w", err)
	}
	a.inFlight()
	err := errors.Join(a.heads(ctx), a.documents(ctx))
	return a.result, err
}

type auditor struct {
	system   *System
	result   Audit
	ends     map[string]chainEnd       // by stream
	ids      map[string]bool           // of all records
	expected map[string]Recorded       // events by the identity of their outcome
	folds    map[string]map[string]any // documents by view and key
	states   map[string]any            // by stream, where there is an aggregate
}

type chainEnd struct {
	seq  uint64
	hash driver.Hash
}

func (a *auditor) record(r driver.Record) error {
	a.result.Records++
	a.ids[r.ID] = true
	b, err := readBody(r)
	if err != nil {
		a.broken("%v", err)
		return nil
	}
	a.link(r)
	for _, e := range b.recorded() {
		a.result.Events++
		for _, f := range a.system.index.takers[e.Type] {
			if f.view == nil {
				a.result.Accepted++
				a.expected[identityOf(f.name, e.ID)] = e
			}
		}
		if err := a.evolve(e); err != nil {
			return err
		}
		if err := a.fold(e); err != nil {
			return err
		}
	}
	return nil
}

func (a *auditor) broken(format string, args ...any) {
	a.result.Broken = append(a.result.Broken, fmt.Sprintf(format, args...))
}

// link checks that a record follows the last one of its stream.
func (a *auditor) link(r driver.Record) {
	end := a.ends[r.Stream]
	if r.Count == 0 {
		end.hash = driver.Hash{}
	} else if r.Seq != end.seq+1 {
		a.broken("%s: sequence %d follows %d", r.Stream, r.Seq, end.seq)
	}
	if want := chain(end.hash, r.Body); want != r.Hash {
		a.broken("%s/%d, record %s: the hash is %s, not %s", r.Stream, r.Seq, r.ID, r.Hash, want)
	}
	if r.Count > 0 {
		a.ends[r.Stream] = chainEnd{seq: r.Seq + uint64(r.Count) - 1, hash: r.Hash}
	}
}

// fold brings an event into the documents that it concerns.
func (a *auditor) fold(r Recorded) error {
	for _, f := range a.system.index.takers[r.Type] {
		if f.view == nil {
			continue
		}
		events, err := a.system.eventsFor(f, r)
		if err != nil {
			return err
		}
		parts, err := partsOf(f, r, events)
		if err != nil {
			continue // such an event is parked
		}
		for _, p := range parts {
			if err := a.foldPart(f, p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *auditor) foldPart(f *Function, p part) (err error) {
	value, ok := a.folds[f.name][p.key]
	if !ok {
		value = f.view.zero()
	}
	a.folds[f.name][p.key], err = p.apply(f, value)
	return err
}

// evolve folds an event into the state of its stream.
func (a *auditor) evolve(r Recorded) error {
	agg := a.system.index.aggregates[streamNamespace(r.Stream)]
	if agg == nil {
		return nil
	}
	state, ok := a.states[r.Stream]
	if !ok {
		state = agg.zero
	}
	state, err := a.system.index.fold(agg, state, r)
	a.states[r.Stream] = state
	return err
}

// parked takes the events that are parked off the list of those expected.
func (a *auditor) parked(ctx context.Context) error {
	for f, err := range a.system.Parked(ctx) {
		if err != nil {
			return err
		}
		a.result.Given++
		id := identityOf(f.Function, f.Event.ID)
		if _, waits := a.expected[id]; waits && !a.ids[id] {
			a.result.Parked++
			delete(a.expected, id)
		}
	}
	return nil
}

func (a *auditor) inFlight() {
	for id, e := range a.expected {
		if a.ids[id] {
			a.result.Handled++
		} else {
			a.result.InFlight = append(a.result.InFlight, e)
		}
	}
	slices.SortFunc(a.result.InFlight, compareRecorded)
}

// heads compares each head with its stream.
func (a *auditor) heads(ctx context.Context) error {
	for _, stream := range slices.Sorted(maps.Keys(a.ends)) {
		head, err := a.system.platform.Log.Head(ctx, stream)
		if err != nil {
			return fmt.Errorf("flow: audit: head of %s: %w", stream, err)
		}
		if err := a.head(ctx, head); err != nil {
			return fmt.Errorf("flow: audit: head of %s: %w", stream, err)
		}
	}
	return nil
}

// head compares a head with the end of its stream, and its state with the fold.
func (a *auditor) head(ctx context.Context, head driver.Head) error {
	stream, end := head.Stream, a.ends[head.Stream]
	switch {
	case head.Seq > end.seq:
		return a.ahead(ctx, head)
	case head.Seq < end.seq:
		a.broken("%s: the head is at %d, the last event at %d", stream, head.Seq, end.seq)
	case head.Hash != end.hash:
		a.broken("%s: the head's hash is %s, that of the last record %s", stream, head.Hash, end.hash)
	}
	agg := a.system.index.aggregates[streamNamespace(stream)]
	if agg == nil || head.Seq != end.seq || head.Shape != agg.shape() {
		return nil
	}
	state, err := agg.decode(head.State)
	if err != nil {
		a.broken("%s: the head's state: %v", stream, err)
		return nil
	}
	same, err := sameJSON(state, a.states[stream])
	if err == nil && !same {
		a.broken("%s: the head's state is not the fold of the stream", stream)
	}
	return err
}

// ahead looks whether a stream went on since the log was read, or its end is
// missing.
func (a *auditor) ahead(ctx context.Context, head driver.Head) error {
	for _, err := range a.system.platform.Log.Stream(ctx, head.Stream, head.Seq, head.Seq) {
		return err
	}
	a.broken("%s: the head is at %d, and the log has no such event", head.Stream, head.Seq)
	return nil
}

func sameJSON(a, b any) (bool, error) {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return string(x) == string(y), errors.Join(errX, errY)
}

// documents compares each document with its fold.
func (a *auditor) documents(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(a.folds)) {
		for _, key := range slices.Sorted(maps.Keys(a.folds[name])) {
			a.result.Documents++
			same, err := a.sameDocument(ctx, name, key)
			if err != nil {
				return fmt.Errorf("flow: audit: view %s/%s: %w", name, key, err)
			}
			if !same {
				a.result.Stale = append(a.result.Stale, name+"/"+key)
			}
		}
	}
	return nil
}

func (a *auditor) sameDocument(ctx context.Context, name, key string) (bool, error) {
	doc, err := a.system.platform.Views.Get(ctx, name, key)
	if errors.Is(err, driver.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	stored, err := a.system.index.views[name].view.decode(doc.Body)
	if err != nil {
		return false, err
	}
	return sameJSON(stored, a.folds[name][key])
}
