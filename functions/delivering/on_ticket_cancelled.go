package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
)

// OnTicketCancelled cancels the delivery, unless the consumer has the food. A
// delivery that is still to be scheduled is cancelled too; a ticket that was
// never accepted has none.
func (d Delivery) OnTicketCancelled(e ticket.Cancelled) ([]delivery.Event, error) {
	if !e.Accepted || d.Status == Delivered || d.Status == Cancelled {
		return nil, nil
	}
	return []delivery.Event{delivery.Cancelled{Delivery: e.Delivery()}}, nil
}
