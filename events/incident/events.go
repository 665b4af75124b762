// Package incident has what operators must know: that a function does not work,
// that a flow does not go on, and that money is at risk.
package incident

import (
	"time"

	"github.com/onevent/onevent/events/money"
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

// Raised says that the money of a payment is gone or in dispute, and that somebody
// has to see to it.
type Raised struct {
	Incident string      `json:"incident"`
	Payment  string      `json:"payment"`
	Amount   money.Cents `json:"amount"`
	Reason   string      `json:"reason"`
}

// OfFunction returns the ID of the incident of a function.
func OfFunction(name string) string { return "function-" + name }

// OfFlow returns the ID of the incident of a flow.
func OfFlow(correlation string) string { return "flow-" + correlation }

// OfPayment returns the ID of the incident of a payment.
func OfPayment(payment string) string { return "payment-" + payment }

func (Opened) Type() string { return "incident.opened" }
func (Closed) Type() string { return "incident.closed" }
func (Noted) Type() string  { return "incident.noted" }
func (Raised) Type() string { return "incident.raised" }

func (e Opened) Key() string { return e.Incident }
func (e Closed) Key() string { return e.Incident }
func (e Noted) Key() string  { return e.Incident }
func (e Raised) Key() string { return e.Incident }

func (Opened) incident() {}
func (Closed) incident() {}
func (Noted) incident()  {}
func (Raised) incident() {}
