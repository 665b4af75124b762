package kitchen

import (
	"time"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// OnOrderApproved returns the function that creates the ticket for an order, and
// sets the deadline by which the restaurant must have accepted it. If the ticket
// was cancelled before, it stays so.
func OnOrderApproved(acceptWithin time.Duration) func(Ticket, order.Approved) ([]ticket.Event, error) {
	return func(t Ticket, e order.Approved) ([]ticket.Event, error) {
		if t.Status != "" {
			return nil, nil
		}
		return []ticket.Event{
			ticket.Created{
				Ticket: e.Ticket(), Consumer: e.Consumer, Restaurant: e.Restaurant,
				Items: toCook(e.Items), Total: e.Total,
			},
			ticket.AcceptanceDue{Deadline: flow.After(acceptWithin), Ticket: e.Ticket()},
		}, nil
	}
}

// toCook returns the items of an order as a kitchen sees them: without prices.
func toCook(items []order.Item) []ticket.Item {
	cook := make([]ticket.Item, len(items))
	for i, item := range items {
		cook[i] = ticket.Item{Name: item.Name, Quantity: item.Quantity}
	}
	return cook
}
