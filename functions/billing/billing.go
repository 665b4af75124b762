// Package billing collects what consumers owe, and gives back what they don't.
package billing

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
)

// Functions returns what billing does. Cards are charged through p; if it is nil,
// charging fails, and is tried again.
func Functions(p Payments) []flow.Function {
	return []flow.Function{
		flow.On("request-payment", delivery.Delivered.Payment, Payment.OnDelivered).
			Emits(payment.Requested{}),
		flow.Effect("charge-card", OnPaymentRequested(p)).
			Emits(payment.Captured{}, payment.Failed{}),
		flow.Effect("refund-card", OnRefundDue(p)).
			Emits(payment.Refunded{}),
	}
}
