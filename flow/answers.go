package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// Answers says which events were handled, and remembers what it read.
type answers struct {
	system   *System
	records  map[string]bool   // identities that are in the log
	memories map[string]memory // of documents, by view and key
}

func newAnswers(s *System) *answers {
	return &answers{system: s, records: map[string]bool{}, memories: map[string]memory{}}
}

// has says whether the log or the view shows that a function handled an event.
func (a *answers) has(ctx context.Context, f *Function, e Recorded) (bool, error) {
	if f.view != nil {
		return a.inView(ctx, f, e)
	}
	id := identityOf(f.name, e.ID)
	if a.records[id] {
		return true, nil
	}
	_, err := a.system.platform.Log.Record(ctx, id)
	if errors.Is(err, driver.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("flow: record %s: %w", id, err)
	}
	return true, nil
}

// inView says whether the document of a view holds an event. An event that
// concerns none has nothing to wait for.
func (a *answers) inView(ctx context.Context, f *Function, e Recorded) (bool, error) {
	events, err := a.system.eventsFor(f, e)
	if err != nil {
		return true, nil //nolint:nilerr // it can't be projected, however often it is published
	}
	parts, err := partsOf(f, e, events)
	if err != nil {
		return true, nil //nolint:nilerr // as above
	}
	for _, p := range parts {
		if in, err := a.inDocument(ctx, f, e, p); err != nil || !in {
			return false, err
		}
	}
	return true, nil
}

// inDocument says whether a document holds its part of an event.
func (a *answers) inDocument(ctx context.Context, f *Function, e Recorded, p part) (bool, error) {
	if f.kind == KindTally {
		marked, err := a.system.platform.Views.Marked(ctx, f.name, p.mark)
		if err != nil {
			return false, fmt.Errorf("flow: tally %s/%s: %w", f.name, p.key, err)
		}
		return marked, nil
	}
	m, err := a.memory(ctx, f.name, p.key)
	return m.has(e), err
}

// memory returns which events made a document.
func (a *answers) memory(ctx context.Context, view, key string) (memory, error) {
	if m, ok := a.memories[view+"/"+key]; ok {
		return m, nil
	}
	doc, err := a.system.platform.Views.Get(ctx, view, key)
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		return memory{}, fmt.Errorf("flow: view %s/%s: %w", view, key, err)
	}
	m, err := readMemory(doc.Memory)
	if err != nil {
		return memory{}, fmt.Errorf("flow: view %s/%s: %w", view, key, err)
	}
	a.memories[view+"/"+key] = m
	return m, nil
}
