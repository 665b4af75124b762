// Package function holds the events that the engine records of functions: that
// one keeps failing, and that it works again. Their streams are function/NAME.
//
// An application that wants them declares them in its catalogue, and binds one
// function to each, like to any other event:
//
//	flow.Events(function.Failed{}, function.Recovered{}, flow.Stalled{})
package function

import "time"

// An Event is an event of a function.
//
//sumtype:decl
type Event interface {
	Type() string
	Key() string
	function()
}

// Failed says that a function failed at so many events in a row that it was
// paused: its events wait on the agenda, and it is tried with one of them from
// time to time.
type Failed struct {
	Function string `json:"function"`
	// Error is what the last attempt ended with.
	Error string `json:"error"`
	// Since is when it was paused.
	Since time.Time `json:"since"`
}

// Recovered says that a function that was paused works again. What waited for it
// is handled now.
type Recovered struct {
	Function string `json:"function"`
	// Since is when it was paused.
	Since time.Time `json:"since"`
	// Probes counts the attempts that it took to find out.
	Probes int `json:"probes"`
}

// Type returns "function.failed".
func (Failed) Type() string { return "function.failed" }

// Type returns "function.recovered".
func (Recovered) Type() string { return "function.recovered" }

// Key returns the function's name.
func (e Failed) Key() string { return e.Function }

// Key returns the function's name.
func (e Recovered) Key() string { return e.Function }

func (Failed) function()    {}
func (Recovered) function() {}

// Health is the state of a function's stream.
type Health struct {
	// Failing is set from Failed to Recovered.
	Failing bool `json:"failing"`
}

// Evolve returns the health after an event.
func (Health) Evolve(e Event) Health {
	switch e.(type) {
	case Failed:
		return Health{Failing: true}
	case Recovered:
		return Health{}
	}
	return Health{}
}
