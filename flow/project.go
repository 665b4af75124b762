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

// project brings an event into the document of a view that it concerns.
func (s *System) project(ctx context.Context, f *Function, r Recorded, e Event) error {
	key, err := documentKey(f, f.view.on[r.Type], e)
	if err != nil || key == "" {
		return err
	}
	leave, err := s.enter(ctx, "view:"+f.name+"/"+key)
	if err != nil {
		return err
	}
	defer leave()
	err = s.again(ctx, f.name+"/"+key, func() error { return s.projectOnce(ctx, f, key, r, e) })
	if err != nil {
		return err
	}
	return s.reach(ctx, PointViewWritten)
}

// documentKey returns the key of the document that an event concerns, empty for
// none.
func documentKey(f *Function, t tap, e Event) (key string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("key of %s panicked: %v", e.Type(), r)}
		}
	}()
	if key = t.key(e); key == "" {
		return "", nil
	}
	if err := CheckKey(key); err != nil {
		return "", &functionError{function: f.name, err: Reject(fmt.Errorf("document of %s: %w", e.Type(), err))}
	}
	return key, nil
}

// projectOnce reads the document, and writes it with the event in it on
// condition that nobody else wrote it meanwhile.
func (s *System) projectOnce(ctx context.Context, f *Function, key string, r Recorded, e Event) error {
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
		return s.tallyOnce(ctx, f, doc, r, e)
	}
	m, err := readMemory(doc.Memory)
	if err != nil {
		return fmt.Errorf("flow: view %s/%s: %w", f.name, key, err)
	}
	if m.has(r) {
		return nil
	}
	value, err := s.fold(ctx, f, doc, &m, r, e)
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
func (s *System) fold(ctx context.Context, f *Function, doc driver.Document, m *memory, r Recorded, e Event) (any, error) {
	fresh := doc.Version == ""
	inOrder := m.follows(r) && (fresh || m.Shape == f.view.shape())
	m.add(r)
	m.Shape = f.view.shape()
	if !inOrder {
		return s.refold(ctx, f, *m)
	}
	value := f.view.zero()
	if !fresh {
		var err error
		if value, err = f.view.decode(doc.Body); err != nil {
			return nil, fmt.Errorf("flow: view %s/%s: %w", f.name, doc.Key, err)
		}
	}
	return applySafely(f, r.Type, value, e)
}

// refold returns the fold of all events that a memory holds, read from the log,
// in the order of the log.
func (s *System) refold(ctx context.Context, f *Function, m memory) (any, error) {
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
		e, err := s.index.codec.decode(r.Type, r.Data)
		if err != nil {
			return nil, &functionError{function: f.name, err: Reject(err)}
		}
		if value, err = applySafely(f, r.Type, value, e); err != nil {
			return nil, err
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
func (s *System) tallyOnce(ctx context.Context, f *Function, doc driver.Document, r Recorded, e Event) error {
	value := f.view.zero()
	if doc.Version != "" {
		var err error
		if value, err = f.view.decode(doc.Body); err != nil {
			return fmt.Errorf("flow: tally %s/%s: %w", f.name, doc.Key, err)
		}
	}
	value, err := applySafely(f, r.Type, value, e)
	if err != nil {
		return err
	}
	err = s.putDocument(ctx, f, doc, value, r.ID)
	if !errors.Is(err, driver.ErrConflict) {
		return err
	}
	marked, markErr := s.platform.Views.Marked(ctx, f.name, r.ID)
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

// applySafely turns a panic of the user's projector into an error.
func applySafely(f *Function, typ string, value any, e Event) (_ any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("%s panicked: %v", typ, r)}
		}
	}()
	value, err = f.view.on[typ].apply(value, e)
	if err != nil {
		return nil, &functionError{function: f.name, err: Reject(err)}
	}
	return value, nil
}
