// Package ticket has what happens to the tickets that tell a kitchen what to
// cook, and what can be asked of them. A ticket has the ID of its order.
package ticket

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Event is what happens to a ticket. Its stream is the ticket's.
//
//sumtype:decl
type Event interface {
	flow.Event
	ticket()
}

// An Item is what to cook, and how often.
type Item struct {
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
}

// Created says that a ticket waits for the restaurant to accept it.
type Created struct {
	Ticket     string      `json:"ticket"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Items      []Item      `json:"items"`
	Total      money.Cents `json:"total"`
}

// AcceptanceDue falls due when a ticket should have been accepted.
type AcceptanceDue struct {
	flow.Deadline
	Ticket string `json:"ticket"`
}

// Accepted says that the restaurant cooks. It carries what a courier must know.
type Accepted struct {
	Ticket     string      `json:"ticket"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
}

// Rejected says that the restaurant does not cook.
type Rejected struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason,omitempty"`
}

// Expired says that the restaurant did not answer in time.
type Expired struct {
	Ticket string `json:"ticket"`
}

// Ready says that the food can be fetched. It carries what a courier must know,
// since it may overtake Accepted.
type Ready struct {
	Ticket     string      `json:"ticket"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
}

// Cancelled says that a ticket is not wanted any more.
type Cancelled struct {
	Ticket string `json:"ticket"`
	// Created says whether there was a ticket. If not, there will be none.
	Created bool `json:"created"`
	// Accepted says whether the restaurant had accepted it. If not, it can't
	// any more.
	Accepted bool `json:"accepted"`
}

func (Created) Type() string       { return "ticket.created" }
func (AcceptanceDue) Type() string { return "ticket.acceptance_due" }
func (Accepted) Type() string      { return "ticket.accepted" }
func (Rejected) Type() string      { return "ticket.rejected" }
func (Expired) Type() string       { return "ticket.expired" }
func (Ready) Type() string         { return "ticket.ready" }
func (Cancelled) Type() string     { return "ticket.cancelled" }

func (e Created) Key() string       { return e.Ticket }
func (e AcceptanceDue) Key() string { return e.Ticket }
func (e Accepted) Key() string      { return e.Ticket }
func (e Rejected) Key() string      { return e.Ticket }
func (e Expired) Key() string       { return e.Ticket }
func (e Ready) Key() string         { return e.Ticket }
func (e Cancelled) Key() string     { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Created) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Accepted) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Rejected) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Expired) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Ready) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Cancelled) Order() string { return e.Ticket }

// Delivery returns the delivery of the food, which has the ticket's ID.
func (e Accepted) Delivery() string { return e.Ticket }

// Delivery returns the delivery of the food, which has the ticket's ID.
func (e Ready) Delivery() string { return e.Ticket }

// Delivery returns the delivery of the food, which has the ticket's ID.
func (e Cancelled) Delivery() string { return e.Ticket }

func (Created) ticket()       {}
func (AcceptanceDue) ticket() {}
func (Accepted) ticket()      {}
func (Rejected) ticket()      {}
func (Expired) ticket()       {}
func (Ready) ticket()         {}
func (Cancelled) ticket()     {}
