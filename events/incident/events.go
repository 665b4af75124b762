// Package incident has what operators must know: that a function does not work,
// and that a flow does not go on.
package incident

import (
	"time"

	"github.com/onevent/onevent/flow"
)

// An Event is what happens to an incident. Its stream is the incident's.
//
//sumtype:decl
type Event interface {
	flow.Event
	incident()
}

// Opened says that a function keeps failing, and was paused.
type Opened struct {
	Incident string    `json:"incident"`
	Function string    `json:"function"`
	Error    string    `json:"error"`
	Since    time.Time `json:"since"`
}

// Closed says that the function works again.
type Closed struct {
	Incident string    `json:"incident"`
	Function string    `json:"function"`
	Since    time.Time `json:"since"`
}

// Noted says that a flow does not go on, and where it stands.
type Noted struct {
	Incident string `json:"incident"`
	Flow     string `json:"flow"`
	// Event is the wire name of what waits for Function.
	Event    string `json:"event"`
	Function string `json:"function"`
	// Standing is "parked", "retrying", "paused" or "unanswered".
	Standing string    `json:"standing"`
	Error    string    `json:"error,omitempty"`
	Since    time.Time `json:"since"`
}

// OfFunction returns the ID of the incident of a function.
func OfFunction(name string) string { return "function-" + name }

// OfFlow returns the ID of the incident of a flow.
func OfFlow(correlation string) string { return "flow-" + correlation }

func (Opened) Type() string { return "incident.opened" }
func (Closed) Type() string { return "incident.closed" }
func (Noted) Type() string  { return "incident.noted" }

func (e Opened) Key() string { return e.Incident }
func (e Closed) Key() string { return e.Incident }
func (e Noted) Key() string  { return e.Incident }

func (Opened) incident() {}
func (Closed) incident() {}
func (Noted) incident()  {}
