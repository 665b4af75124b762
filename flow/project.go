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

// project brings an event into the documents of a view that it concerns.
func (s *System) project(ctx context.Context, f *Function, r Recorded, events []Event) error {
	parts, err := partsOf(f, r, events)
	if err != nil || len(parts) == 0 {
		return err
	}
	for _, p := range parts {
		if err := s.projectPart(ctx, f, r, p); err != nil {
			return err
		}
	}
	return s.reach(ctx, PointViewWritten)
}

func (s *System) projectPart(ctx context.Context, f *Function, r Recorded, p part) error {
	leave, err := s.enter(ctx, "view:"+f.name+"/"+p.key)
	if err != nil {
		return err
	}
	defer leave()
	return s.again(ctx, f.name+"/"+p.key, func() error { return s.projectOnce(ctx, f, r, p) })
}

// projectOnce reads the document, and writes it with the event in it on
// condition that nobody else wrote it meanwhile.
func (s *System) projectOnce(ctx context.Context, f *Function, r Recorded, p part) error {
	key := p.key
	doc, err := s.platform.Views.Get(ctx, f.name, key)
	if errors.Is(err, driver.ErrNotFound) {
		doc, err = driver.Document{View: f.name, Key: key}, nil
	}
	if err != nil {
		return fmt.Errorf("flow: view %s/%s: %w", f.name, key, err)
	}
	if err := s.reach(ctx, PointViewRead); err != nil {
		return err
	}
	if f.kind == KindTally {
		return s.tallyOnce(ctx, f, doc, p)
	}
	m, err := readMemory(doc.Memory)
	if err != nil {
		return fmt.Errorf("flow: view %s/%s: %w", f.name, key, err)
	}
	if m.has(r) {
		return nil
	}
	value, err := s.fold(ctx, f, doc, &m, r, p)
	if err != nil {
		return err
	}
	if doc.Memory, err = json.Marshal(m); err != nil {
		return fmt.Errorf("flow: view %s/%s: %w", f.name, key, err)
	}
	return s.putDocument(ctx, f, doc, value, "")
}

// fold returns the document's value with one more event, and remembers the
// event: applied to what is there if it is the latest, folded again from the log
// if it is not, or if the document's type has changed.
func (s *System) fold(ctx context.Context, f *Function, doc driver.Document, m *memory, r Recorded, p part) (any, error) {
	fresh := doc.Version == ""
	inOrder := m.follows(r) && (fresh || m.Shape == f.view.shape())
	m.add(r)
	m.Shape = f.view.shape()
	if !inOrder {
		return s.refold(ctx, f, doc.Key, *m)
	}
	value := f.view.zero()
	if !fresh {
		var err error
		if value, err = f.view.decode(doc.Body); err != nil {
			return nil, fmt.Errorf("flow: view %s/%s: %w", f.name, doc.Key, err)
		}
	}
	return p.apply(f, value)
}

// refold returns the fold of all events that a memory holds, read from the log,
// in the order of the log.
func (s *System) refold(ctx context.Context, f *Function, key string, m memory) (any, error) {
	var past []Recorded
	for _, stream := range slices.Sorted(maps.Keys(m.Seen)) {
		spans := m.Seen[stream]
		first, last := spans[0][0], spans[len(spans)-1][1]
		for r, err := range events(s.platform.Log.Stream(ctx, stream, first, last)) {
			if err != nil {
				return nil, err
			}
			if m.has(r) {
				past = append(past, r)
			}
		}
	}
	slices.SortFunc(past, compareRecorded)
	value := f.view.zero()
	for _, r := range past {
		var err error
		if value, err = s.refoldOne(f, key, value, r); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// refoldOne returns a document after its part of a stored event.
func (s *System) refoldOne(f *Function, key string, value any, r Recorded) (any, error) {
	events, err := s.eventsFor(f, r)
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(f, r, events)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p.key == key {
			return p.apply(f, value)
		}
	}
	return value, nil
}

func compareRecorded(a, b Recorded) int {
	switch {
	case a.before(b):
		return -1
	case b.before(a):
		return 1
	}
	return 0
}

// tallyOnce adds an event to a document, once for ever: the mark is written with
// it.
func (s *System) tallyOnce(ctx context.Context, f *Function, doc driver.Document, p part) error {
	value := f.view.zero()
	if doc.Version != "" {
		var err error
		if value, err = f.view.decode(doc.Body); err != nil {
			return fmt.Errorf("flow: tally %s/%s: %w", f.name, doc.Key, err)
		}
	}
	value, err := p.apply(f, value)
	if err != nil {
		return err
	}
	err = s.putDocument(ctx, f, doc, value, p.mark)
	if !errors.Is(err, driver.ErrConflict) {
		return err
	}
	marked, markErr := s.platform.Views.Marked(ctx, f.name, p.mark)
	if markErr != nil {
		return fmt.Errorf("flow: tally %s/%s: %w", f.name, doc.Key, markErr)
	}
	if marked {
		return nil
	}
	return err
}

func (s *System) putDocument(ctx context.Context, f *Function, doc driver.Document, value any, mark string) error {
	var err error
	if doc.Body, err = json.Marshal(value); err != nil {
		return &functionError{function: f.name, err: Reject(err)}
	}
	if err := s.platform.Views.Put(ctx, doc, mark); err != nil {
		err = fmt.Errorf("flow: view %s/%s: %w", f.name, doc.Key, err)
		if errors.Is(err, driver.ErrTooLarge) {
			return &functionError{function: f.name, err: Reject(err)}
		}
		return err
	}
	return nil
}
