// Package light holds the events and commands of lights.
package light

import "github.com/onevent/onevent/flow"

// An Event is what happens to a light.
//
//sumtype:decl
type Event interface {
	flow.Event
	light()
}

// SwitchedOn says that a light was switched on.
type SwitchedOn struct {
	Light string `json:"light"`
	House string `json:"house"`
}

// SwitchedOff says that a light was switched off.
type SwitchedOff struct {
	Light string `json:"light"`
}

// BurnDue falls due when a light has been on for long.
type BurnDue struct {
	flow.Deadline
	Light string `json:"light"`
}

// BurnedOut says that a light burned out.
type BurnedOut struct {
	Light string `json:"light"`
}

// Type returns the wire name.
func (SwitchedOn) Type() string  { return "light.switched_on" }
func (SwitchedOff) Type() string { return "light.switched_off" }
func (BurnDue) Type() string     { return "light.burn_due" }
func (BurnedOut) Type() string   { return "light.burned_out" }

// Key returns the light.
func (e SwitchedOn) Key() string  { return e.Light }
func (e SwitchedOff) Key() string { return e.Light }
func (e BurnDue) Key() string     { return e.Light }
func (e BurnedOut) Key() string   { return e.Light }

// Where returns the house of the light.
func (e SwitchedOn) Where() string { return e.House }

func (SwitchedOn) light()  {}
func (SwitchedOff) light() {}
func (BurnDue) light()     {}
func (BurnedOut) light()   {}

// Press asks to press the switch of a light.
type Press struct {
	Light string `json:"light"`
	House string `json:"house"`
	Times int    `json:"times,omitempty"`
}

// Type returns the wire name.
func (Press) Type() string { return "light.press" }

// Key returns the light.
func (c Press) Key() string { return c.Light }

// Validate refuses a negative number of times.
func (c Press) Validate() error {
	if c.Times < 0 {
		return flow.Invalid("times", "is negative")
	}
	return nil
}
