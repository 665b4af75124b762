package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
)

// OnTicketReady sends a courier, also if that the ticket was accepted has not
// been heard yet.
func (d Delivery) OnTicketReady(e ticket.Ready) ([]delivery.Event, error) {
	if d.Status != "" && d.Status != Scheduled {
		return nil, nil
	}
	return []delivery.Event{delivery.Dispatched{
		Delivery: e.Delivery(), Consumer: e.Consumer, Restaurant: e.Restaurant, Total: e.Total,
	}}, nil
}
