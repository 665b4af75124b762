package billing

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/payment"
)

// OnDelivered requests the payment for a delivery, once.
func (p Payment) OnDelivered(e delivery.Delivered) ([]payment.Event, error) {
	if p.Status != "" {
		return nil, nil
	}
	return []payment.Event{payment.Requested{Payment: e.Payment(), Consumer: e.Consumer, Amount: e.Total}}, nil
}
