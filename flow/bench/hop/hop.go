// Package hop holds the events of a chain of three functions, for benchmarks.
package hop

import (
	"slices"

	"github.com/onevent/onevent/flow"
)

// An Event is what happens to a chain.
//
//sumtype:decl
type Event interface {
	flow.Event
	hop()
}

// Start asks for a chain to start.
type Start struct {
	Chain string `json:"chain"`
	Sent  int64  `json:"sent"` // when, in nanoseconds
	Fill  string `json:"fill"`
	// Times is how many chains start at once; 0 means 1.
	Times int `json:"times,omitempty"`
}

// The events of a chain follow each other.
type (
	// Started answers Start.
	Started Start
	// First follows Started.
	First Start
	// Second follows First.
	Second Start
	// Third follows Second.
	Third Start
)

// Type returns the wire name.
func (Start) Type() string   { return "hop.start" }
func (Started) Type() string { return "hop.started" }
func (First) Type() string   { return "hop.first" }
func (Second) Type() string  { return "hop.second" }
func (Third) Type() string   { return "hop.third" }

// Key returns the chain.
func (c Start) Key() string   { return c.Chain }
func (e Started) Key() string { return e.Chain }
func (e First) Key() string   { return e.Chain }
func (e Second) Key() string  { return e.Chain }
func (e Third) Key() string   { return e.Chain }

func (Started) hop() {}
func (First) hop()   {}
func (Second) hop()  {}
func (Third) hop()   {}

// A Chain is the state of a chain.
type Chain struct {
	Hops int `json:"hops"`
}

// Evolve counts.
func (c Chain) Evolve(Event) Chain {
	c.Hops++
	return c
}

func (Chain) start(c Start) ([]Event, error) {
	return slices.Repeat([]Event{Started(c)}, max(c.Times, 1)), nil
}

func (Chain) first(e Started) ([]Event, error) { return []Event{First(e)}, nil }
func (Chain) second(e First) ([]Event, error)  { return []Event{Second(e)}, nil }
func (Chain) third(e Second) ([]Event, error)  { return []Event{Third(e)}, nil }

// A Row is a document of the view.
type Row struct {
	Sent int64 `json:"sent"`
}

// App returns a chain of three functions, with a view of its last event or
// without.
func App(view bool) flow.App {
	app := flow.App{
		Events: flow.Join(flow.Events(Started{}, First{}, Second{}), flow.Final(Third{})),
		Functions: []flow.Function{
			flow.Command("start-chain", Chain.start).Emits(Started{}),
			flow.On("hop-first", Started.Key, Chain.first).Emits(First{}),
			flow.On("hop-second", First.Key, Chain.second).Emits(Second{}),
			flow.On("hop-third", Second.Key, Chain.third).Emits(Third{}),
		},
	}
	if view {
		app.Functions = append(app.Functions, flow.View("chains",
			flow.Project(Third.Key, func(_ Row, e Third) Row { return Row{Sent: e.Sent} })))
	}
	return app
}
