package ordering

import (
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
)

// OnPaymentFailed cancels an order that is not paid.
func (o Order) OnPaymentFailed(e payment.Failed) ([]order.Event, error) {
	return o.cancel(order.PaymentFailed, e.Reason)
}
