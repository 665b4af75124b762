package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// A Projector is how a view with documents of type R takes one event.
type Projector[R any] struct {
	in    Event
	key   func(Event) string
	apply func(R, Event) R
}

// Project makes a projector: key names the document that an event concerns (none,
// if it is empty), and apply returns the document after the event. The zero R is
// the document before its first event. Apply is pure, as Evolve is.
func Project[E Event, R any](key func(E) string, apply func(R, E) R) Projector[R] {
	var in E
	return Projector[R]{
		in:    in,
		key:   func(e Event) string { return key(as[E](e)) },
		apply: func(r R, e Event) R { return apply(r, as[E](e)) },
	}
}

// View binds a read model: each document equals the fold of its events in the
// order of the log, in whatever order they arrive. R is a struct that JSON can
// hold. A view taps events; it takes them from nobody.
//
// A document remembers which events made it, and is limited, with that memory,
// to driver.MaxBytes: choose keys so that a document has thousands of events at
// the most, and use Tally for what grows without end.
func View[R any](name string, projectors ...Projector[R]) Function {
	return newView(name, KindView, callerPlace(), projectors)
}

// Tally binds a read model that only adds up: applying its events in any order
// must give the same document. In return a document may have any number of
// events. Each event counts once, for ever. Since nothing is folded again, R may
// gain fields, but what they count begins with the change.
func Tally[R any](name string, projectors ...Projector[R]) Function {
	return newView(name, KindTally, callerPlace(), projectors)
}

// A projection is a view without its type parameter.
type projection struct {
	goType reflect.Type
	shape  func() string
	zero   func() any
	decode func(data []byte) (any, error)
	on     map[string]tap // by wire name
}

type tap struct {
	key   func(Event) string
	apply func(doc any, e Event) (any, error)
}

// Fold returns the document of a view that events make, applied in the order
// given: for tests of views. Events that concern another document, or that the
// view does not tap, are skipped.
func (f Function) Fold(key string, events ...Event) (document any, err error) {
	if f.view == nil {
		return nil, fmt.Errorf("flow: %s is no view", f.name)
	}
	document = f.view.zero()
	for _, e := range events {
		t, ok := f.view.on[e.Type()]
		if !ok || t.key(e) != key {
			continue
		}
		if document, err = applySafely(&f, e.Type(), document, e); err != nil {
			return nil, err
		}
	}
	return document, nil
}

func newView[R any](name string, kind Kind, at place, projectors []Projector[R]) Function {
	f := newFunction(name, kind, at)
	var zero R
	f.view = &projection{
		goType: reflect.TypeFor[R](),
		shape:  sync.OnceValue(func() string { return shapeOf(reflect.TypeFor[R](), zero) }),
		zero:   func() any { var r R; return r },
		decode: func(data []byte) (any, error) {
			var r R
			err := json.Unmarshal(data, &r)
			return r, err
		},
		on: make(map[string]tap, len(projectors)),
	}
	for _, p := range projectors {
		f.inputs = append(f.inputs, p.in)
		f.view.on[p.in.Type()] = p.erase()
	}
	return f
}

func (p Projector[R]) erase() tap {
	return tap{key: p.key, apply: func(doc any, e Event) (any, error) {
		r, ok := doc.(R)
		if !ok {
			return nil, fmt.Errorf("%T handed to a projector of %T", doc, r)
		}
		return p.apply(r, e), nil
	}}
}
