package ordering

import (
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/ticket"
)

// OnTicketRejected cancels an order that the restaurant does not want.
func (o Order) OnTicketRejected(e ticket.Rejected) ([]order.Event, error) {
	return o.cancel(order.RejectedByKitchen, e.Reason)
}
