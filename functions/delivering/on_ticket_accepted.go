package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
)

// OnTicketAccepted schedules the delivery, unless it is dispatched or cancelled
// already.
func (d Delivery) OnTicketAccepted(e ticket.Accepted) ([]delivery.Event, error) {
	if d.Status != "" {
		return nil, nil
	}
	return []delivery.Event{delivery.Scheduled{
		Delivery: e.Delivery(), Consumer: e.Consumer, Restaurant: e.Restaurant, Total: e.Total,
	}}, nil
}
