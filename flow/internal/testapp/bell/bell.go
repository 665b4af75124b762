// Package bell holds the events of bells.
package bell

import "github.com/onevent/onevent/flow"

// An Event is what happens to a bell.
//
//sumtype:decl
type Event interface {
	flow.Event
	bell()
}

// Rung says that the bell of a light was rung.
type Rung struct {
	Light string `json:"light"`
	// Call is the idempotency key of the call.
	Call string `json:"call"`
}

// Type returns the wire name.
func (Rung) Type() string { return "bell.rung" }

// Key returns the light.
func (e Rung) Key() string { return e.Light }

func (Rung) bell() {}
