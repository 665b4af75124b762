package billing_test

import (
	"testing"

	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/billing"
)

func requested() payment.Event {
	return payment.Requested{Payment: "1", Consumer: "alice", Amount: 1000}
}

func captured() payment.Event {
	return payment.Captured{Payment: "1", Amount: 1000, Charge: "ch_1"}
}

func failed(reason string) payment.Event { return payment.Failed{Payment: "1", Reason: reason} }

func refunded() payment.Event {
	return payment.Refunded{Payment: "1", Amount: 1000, Refund: "re_1"}
}

func TestRequestPaymentOnce(t *testing.T) {
	t.Parallel()
	request := func(given ...payment.Event) *flowtest.Decision[billing.Payment, delivery.Delivered, payment.Event] {
		return flowtest.Decide(t, billing.Payment.OnDelivered).Given(given...).
			When(delivery.Delivered{Delivery: "1", Consumer: "alice", Total: 1000})
	}
	request().Then(requested())
	request(requested()).ThenNothing()
	request(requested(), captured()).ThenNothing()
	request(requested(), failed("no money")).ThenNothing()
	request(requested(), captured(), refunded()).ThenNothing()
}
