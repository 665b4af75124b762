package ordering

import (
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
)

// OnPaymentCaptured completes the order. If it was cancelled meanwhile, the money
// is to be given back.
func (o Order) OnPaymentCaptured(e payment.Captured) ([]order.Event, error) {
	switch {
	case o.Open():
		return []order.Event{order.Completed{
			Order: o.ID, Consumer: o.Consumer, Restaurant: o.Restaurant, Total: o.Total,
		}}, nil
	case o.Status == Cancelled && !o.RefundDue:
		return []order.Event{order.RefundDue{Order: o.ID, Charge: e.Charge, Amount: e.Amount}}, nil
	}
	return nil, nil
}
