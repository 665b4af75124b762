package views

import (
	"time"

	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Incident is what operators see of one.
type Incident struct {
	// Open is set while the function fails. An incident of a flow has no end
	// of its own: look at the flow. One of a payment is for people to end.
	Open bool `json:"open"`
	// Function is who does not handle its events, Flow the flow that waits.
	Function string `json:"function,omitempty"`
	Flow     string `json:"flow,omitempty"`
	// Standing is where the event of the flow is.
	Standing string    `json:"standing,omitempty"`
	Error    string    `json:"error,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	// Payment is the payment whose money is at risk, Amount how much.
	Payment string      `json:"payment,omitempty"`
	Amount  money.Cents `json:"amount,omitempty"`
}

// Incidents returns the view "incidents": an Incident for each function that
// failed, for each flow that stalled, and for each payment whose money is at risk.
func Incidents() flow.Function {
	return flow.View("incidents",
		flow.Project(incident.Opened.Key, Incident.opened),
		flow.Project(incident.Closed.Key, Incident.closed),
		flow.Project(incident.Noted.Key, Incident.noted),
		flow.Project(incident.Raised.Key, Incident.raised),
	)
}

func (Incident) opened(e incident.Opened) Incident {
	return Incident{Open: true, Function: e.Function, Error: e.Error, Since: e.Since}
}

func (i Incident) closed(e incident.Closed) Incident {
	if i.Since.After(e.Since) {
		return i
	}
	return Incident{Function: e.Function, Error: i.Error, Since: e.Since}
}

func (Incident) noted(e incident.Noted) Incident {
	return Incident{Flow: e.Flow, Function: e.Function, Standing: e.Standing, Error: e.Error, Since: e.Since}
}

func (Incident) raised(e incident.Raised) Incident {
	return Incident{Open: true, Payment: e.Payment, Amount: e.Amount, Error: e.Reason}
}
