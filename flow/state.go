package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// A State is what an aggregate has learned from its events: a value that is
// folded from its stream, and on which functions decide.
//
// Evolve returns the state after an event. It is pure and total: no clock, no
// I/O, no randomness, no error. It must not change what the receiver refers to:
// copy a map or slice before writing to it. E is the sealed interface of the
// stream's events, so a forgotten case can be found by a linter.
//
// A state is stored as JSON with the stream's head, so that a decision costs one
// read however long the stream is: all fields must be exported, and none may be
// an interface, a func or a channel. When the type changes in any way, heads
// that hold the old type are folded again from the log. When only the meaning of
// Evolve changes, give the type the method StateVersion() int and count it up.
type State[S any, E Event] interface {
	Evolve(event E) S
}

// versioned is what a state implements to have its heads folded again though
// its type is the same.
type versioned interface{ StateVersion() int }

// An aggregate is a State without its type parameters.
type aggregate struct {
	goType reflect.Type
	// shape is the fingerprint of the type, made when it is first wanted: an
	// application has a namespace's state many times and needs it once.
	shape func() string
	zero  any
	// owns says whether an event is of the interface that Evolve takes.
	owns   func(Event) bool
	decode func(data []byte) (any, error)
	evolve func(state any, e Event) (any, error)
}

func newAggregate[S State[S, E], E Event]() *aggregate {
	var zero S
	return &aggregate{
		goType: reflect.TypeFor[S](),
		shape:  sync.OnceValue(func() string { return shapeOf(reflect.TypeFor[S](), zero) }),
		zero:   zero,
		owns:   func(e Event) bool { _, ok := e.(E); return ok },
		decode: func(data []byte) (any, error) {
			var s S
			err := json.Unmarshal(data, &s)
			return s, err
		},
		evolve: func(state any, e Event) (any, error) {
			event, ok := e.(E)
			s, isState := state.(S)
			if !ok || !isState {
				return nil, fmt.Errorf("%s is no event of %T", e.Type(), zero)
			}
			return s.Evolve(event), nil
		},
	}
}

// fold returns the state after events.
func (a *aggregate) fold(state any, events []Event) (any, error) {
	for _, e := range events {
		var err error
		if state, err = a.evolve(state, e); err != nil {
			return nil, err
		}
	}
	return state, nil
}
