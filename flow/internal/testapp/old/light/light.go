// Package light has the lights of an older version of the test application.
package light

import "github.com/onevent/onevent/flow"

// An Event is what happened to a light.
type Event interface {
	flow.Event
	light()
}

// SwitchedOn is version 1 of the event, when lights were lamps and houses had no
// name.
type SwitchedOn struct {
	Lamp string `json:"lamp"`
}

// Lit is what SwitchedOn was called first.
type Lit struct {
	Lamp string `json:"lamp"`
}

// Flashed is what was on and off at once.
type Flashed struct {
	Lamp string `json:"lamp"`
}

// Press is a command that records events of these types: "on", "lit" or
// "flash".
type Press struct {
	Lamp string `json:"lamp"`
	What string `json:"what"`
}

func (SwitchedOn) Type() string { return "light.switched_on" }
func (Lit) Type() string        { return "light.lit" }
func (Flashed) Type() string    { return "light.flashed" }
func (Press) Type() string      { return "light.press" }

func (e SwitchedOn) Key() string { return e.Lamp }
func (e Lit) Key() string        { return e.Lamp }
func (e Flashed) Key() string    { return e.Lamp }
func (c Press) Key() string      { return c.Lamp }

func (SwitchedOn) light() {}
func (Lit) light()        {}
func (Flashed) light()    {}

// A Light is the state of a light.
type Light struct {
	Lit int `json:"lit"`
}

// Evolve returns the light after an event.
func (l Light) Evolve(Event) Light {
	l.Lit++
	return l
}

// Press records what it is asked for.
func (Light) Press(c Press) ([]Event, error) {
	switch c.What {
	case "lit":
		return []Event{Lit{Lamp: c.Lamp}}, nil
	case "flash":
		return []Event{Flashed{Lamp: c.Lamp}}, nil
	}
	return []Event{SwitchedOn{Lamp: c.Lamp}}, nil
}

// App returns the older version of the application.
func App() flow.App {
	return flow.App{
		Events: flow.Final(SwitchedOn{}, Lit{}, Flashed{}),
		Functions: []flow.Function{
			flow.Command("press-light", Light.Press).Emits(SwitchedOn{}, Lit{}, Flashed{}),
		},
	}
}

// Today returns how these versions become the events of today, which on and off
// make.
func Today[On, Off any](on func(lamp string) On, off func(lamp string) Off) flow.Catalogue {
	var zeroOn On
	var zeroOff Off
	return flow.Versions(
		flow.Upcast("light.switched_on", 1, func(e SwitchedOn) On { return on(e.Lamp) }),
		flow.Upcast("light.lit", 1, func(e Lit) SwitchedOn { return SwitchedOn(e) }),
		flow.Split("light.flashed", 1, func(e Flashed) []any { return []any{on(e.Lamp), off(e.Lamp)} }, zeroOn, zeroOff),
	)
}
