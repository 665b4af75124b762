// Package billing collects what consumers owe, and gives back what they don't.
package billing

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

// Functions returns what billing does. Cards are charged through p; if it is nil,
// charging fails, and is tried again. What the payment provider tells later is signed
// with one of the secrets.
func Functions(p Payments, secrets ...webhook.Secret) []flow.Function {
	return []flow.Function{
		flow.On("request-payment", delivery.Delivered.Payment, Payment.OnDelivered).
			Emits(payment.Requested{}),
		flow.Effect("charge-card", OnPaymentRequested(p)).
			Emits(payment.Captured{}, payment.Failed{}),
		flow.Effect("refund-card", OnRefundDue(p)).
			Emits(payment.Refunded{}),

		flow.Webhook("payments", webhook.Standard(secrets...), receivePayments).
			Emits(payment.SettlementReported{}, payment.FailureReported{}, payment.DisputeReported{}),
		flow.On("settle-payment", payment.SettlementReported.Key, Payment.OnSettlementReported).
			Emits(payment.Settled{}),
		flow.On("bounce-payment", payment.FailureReported.Key, Payment.OnFailureReported).
			Emits(payment.Bounced{}),
		flow.On("dispute-payment", payment.DisputeReported.Key, Payment.OnDisputeReported).
			Emits(payment.Disputed{}),
	}
}
