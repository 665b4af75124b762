package ordering

import (
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/ticket"
)

// OnTicketExpired cancels an order to which the restaurant said nothing.
func (o Order) OnTicketExpired(ticket.Expired) ([]order.Event, error) {
	return o.cancel(order.NotAcceptedInTime, "")
}
