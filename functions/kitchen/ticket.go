package kitchen

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/ticket"
)

// A Status is how far a ticket has come.
type Status string

// A ticket is Waiting until the restaurant answers, then Accepted and Ready, or
// Rejected. Expired, Rejected and Cancelled ones stay so. Before it is created
// it has no status, but may be Cancelled already.
const (
	Waiting   Status = "waiting"
	Accepted  Status = "accepted"
	Ready     Status = "ready"
	Rejected  Status = "rejected"
	Expired   Status = "expired"
	Cancelled Status = "cancelled"
)

// A Ticket is the state of a ticket.
type Ticket struct {
	ID         string      `json:"id"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
	Status     Status      `json:"status"`
}

// Evolve returns the ticket after an event.
func (t Ticket) Evolve(e ticket.Event) Ticket {
	switch e := e.(type) {
	case ticket.Created:
		return Ticket{ID: e.Ticket, Consumer: e.Consumer, Restaurant: e.Restaurant, Total: e.Total, Status: Waiting}
	case ticket.AcceptanceDue, ticket.AcceptanceReported, ticket.RejectionReported, ticket.ReadinessReported:
	case ticket.Accepted:
		t.Status = Accepted
	case ticket.Rejected:
		t.Status = Rejected
	case ticket.Expired:
		t.Status = Expired
	case ticket.Ready:
		t.Status = Ready
	case ticket.Cancelled:
		t.ID, t.Status = e.Ticket, Cancelled
	}
	return t
}
