// Package delivering brings the food to those who ordered it.
package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// Functions returns what delivering does.
func Functions() []flow.Function {
	return []flow.Function{
		flow.Command("pick-up-food", Delivery.PickUp).
			Emits(delivery.PickedUp{}),
		flow.Command("deliver-food", Delivery.Deliver).
			Emits(delivery.Delivered{}),
		flow.On("schedule-delivery", ticket.Accepted.Delivery, Delivery.OnTicketAccepted).
			Emits(delivery.Scheduled{}),
		flow.On("dispatch-courier", ticket.Ready.Delivery, Delivery.OnTicketReady).
			Emits(delivery.Dispatched{}),
		flow.On("cancel-delivery", ticket.Cancelled.Delivery, Delivery.OnTicketCancelled).
			Emits(delivery.Cancelled{}),
	}
}
