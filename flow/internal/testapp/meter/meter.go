// Package meter holds the events of meters.
package meter

import "github.com/onevent/onevent/flow"

// An Event is what happens to a meter.
//
//sumtype:decl
type Event interface {
	flow.Event
	meter()
}

// Counted says that a meter counted a light.
type Counted struct {
	House string `json:"house"`
	Light string `json:"light"`
}

// Type returns the wire name.
func (Counted) Type() string { return "meter.counted" }

// Key returns the house.
func (e Counted) Key() string { return e.House }

func (Counted) meter() {}
