// Package restaurant has what restaurants answered when they were told of
// tickets. Its streams have the IDs of the tickets.
package restaurant

import "github.com/onevent/onevent/flow"

// An Event is how telling a restaurant of a ticket ended.
//
//sumtype:decl
type Event interface {
	flow.Event
	restaurant()
}

// Notified says that the restaurant knows of a ticket. It accepts or rejects it
// when it likes.
type Notified struct {
	Ticket     string `json:"ticket"`
	Restaurant string `json:"restaurant"`
}

// Declined says that the restaurant did not even take the ticket.
type Declined struct {
	Ticket     string `json:"ticket"`
	Restaurant string `json:"restaurant"`
	Reason     string `json:"reason"`
}

func (Notified) Type() string { return "restaurant.notified" }
func (Declined) Type() string { return "restaurant.declined" }

func (e Notified) Key() string { return e.Ticket }
func (e Declined) Key() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Notified) Order() string { return e.Ticket }

// Order returns the order, whose ID the ticket has.
func (e Declined) Order() string { return e.Ticket }

func (Notified) restaurant() {}
func (Declined) restaurant() {}
