package flow

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/onevent/onevent/flow/driver"
)

// Stream returns the events of one thing, in order: its audit trail. It ends
// with ErrUnknown if there are none.
func (s *System) Stream(ctx context.Context, namespace, key string) iter.Seq2[Recorded, error] {
	stream := namespace + "/" + key
	return known("stream "+stream, events(s.platform.Log.Stream(ctx, stream, 1, math.MaxInt64)))
}

// Flow returns the events of one business flow, in the order of the log. It ends
// with ErrUnknown if there are none.
func (s *System) Flow(ctx context.Context, correlation string) iter.Seq2[Recorded, error] {
	return known("flow "+correlation, events(s.platform.Log.Flow(ctx, correlation)))
}

// Log returns all events with from <= Time < to, in the order of the log.
// Events that are recorded while it runs may be missing.
func (s *System) Log(ctx context.Context, from, to Time) iter.Seq2[Recorded, error] {
	return events(s.platform.Log.Scan(ctx, from, to))
}

// Begin returns the flow that began a stream, or ErrUnknown.
func (s *System) Begin(ctx context.Context, namespace, key string) (correlation string, err error) {
	stream := namespace + "/" + key
	head, err := s.platform.Log.Head(ctx, stream)
	if err != nil {
		return "", fmt.Errorf("flow: head of %s: %w", stream, err)
	}
	if head.Seq == 0 {
		return "", fmt.Errorf("flow: stream %s: %w", stream, ErrUnknown)
	}
	return head.Correlation, nil
}

// Document returns the body of a view's document, a JSON object, or ErrUnknown.
func (s *System) Document(ctx context.Context, view, key string) ([]byte, error) {
	if _, ok := s.index.views[view]; !ok {
		return nil, fmt.Errorf("flow: view %q: %w", view, ErrUnknown)
	}
	if err := CheckKey(key); err != nil {
		return nil, Invalid("key", "%v", err)
	}
	doc, err := s.platform.Views.Get(ctx, view, key)
	if errors.Is(err, driver.ErrNotFound) {
		return nil, fmt.Errorf("flow: view %s has no document %q: %w", view, key, ErrUnknown)
	}
	return doc.Body, err
}

// Documents returns the documents of a view that a query selects, in the byte
// order of their keys. It ends with ErrUnknown if there is no such view.
func (s *System) Documents(ctx context.Context, view string, q driver.Query) iter.Seq2[driver.Document, error] {
	if _, ok := s.index.views[view]; !ok {
		return func(yield func(driver.Document, error) bool) {
			yield(driver.Document{}, fmt.Errorf("flow: view %q: %w", view, ErrUnknown))
		}
	}
	return s.platform.Views.Query(ctx, view, q)
}

// events returns the events in records, one after the other.
func events(records iter.Seq2[driver.Record, error]) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		for r, err := range records {
			if err != nil {
				yield(Recorded{}, fmt.Errorf("flow: read the log: %w", err))
				return
			}
			b, err := readBody(r)
			if err != nil {
				yield(Recorded{}, err)
				return
			}
			for _, e := range b.recorded() {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// known ends an empty sequence with ErrUnknown.
func known(what string, events iter.Seq2[Recorded, error]) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		empty := true
		for e, err := range events {
			empty = false
			if !yield(e, err) {
				return
			}
		}
		if empty {
			yield(Recorded{}, fmt.Errorf("flow: %s: %w", what, ErrUnknown))
		}
	}
}
