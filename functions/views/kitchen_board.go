package views

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// A Card is one ticket on the board in a restaurant's kitchen.
type Card struct {
	Ticket     string        `json:"ticket"`
	Restaurant string        `json:"restaurant"`
	Items      []ticket.Item `json:"items"`
	// Status is waiting, accepted, ready, fetched, rejected, expired or
	// cancelled.
	Status string `json:"status"`
	// Open is set while the kitchen has to do with the ticket: it is waiting,
	// accepted or ready.
	Open bool `json:"open"`
}

// KitchenBoard returns the view "kitchen-board": a Card for each ticket. The
// board of a restaurant is a query for {"restaurant": …, "open": true}.
func KitchenBoard() flow.Function {
	return flow.View("kitchen-board",
		flow.Project(ticket.Created.Key, Card.created),
		flow.Project(ticket.Accepted.Key, func(c Card, _ ticket.Accepted) Card { c.Status = "accepted"; return c }),
		flow.Project(ticket.Ready.Key, func(c Card, _ ticket.Ready) Card { c.Status = "ready"; return c }),
		flow.Project(delivery.PickedUp.Ticket, func(c Card, _ delivery.PickedUp) Card { return c.close("fetched") }),
		flow.Project(ticket.Rejected.Key, func(c Card, _ ticket.Rejected) Card { return c.close("rejected") }),
		flow.Project(ticket.Expired.Key, func(c Card, _ ticket.Expired) Card { return c.close("expired") }),
		flow.Project(cancelledCard, func(c Card, _ ticket.Cancelled) Card { return c.close("cancelled") }),
	)
}

func (Card) created(e ticket.Created) Card {
	return Card{Ticket: e.Ticket, Restaurant: e.Restaurant, Items: e.Items, Status: "waiting", Open: true}
}

func (c Card) close(status string) Card {
	c.Status, c.Open = status, false
	return c
}

// cancelledCard names the card of a cancelled ticket; there is none for a ticket
// that was cancelled before it was created.
func cancelledCard(e ticket.Cancelled) string {
	if !e.Created {
		return ""
	}
	return e.Ticket
}
