package billing_test

import (
	"testing"

	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/billing"
)

var (
	settled  payment.Event = payment.Settled{Payment: "1", Amount: 1000, Charge: "ch_1"}
	bounced  payment.Event = payment.Bounced{Payment: "1", Amount: 1000, Reason: "no cover"}
	disputed payment.Event = payment.Disputed{Payment: "1", Amount: 1000, Reason: "unknown"}
)

func TestSettlement(t *testing.T) {
	t.Parallel()
	report := func(given ...payment.Event) *flowtest.Decision[billing.Payment, payment.SettlementReported, payment.Event] {
		return flowtest.Decide(t, billing.Payment.OnSettlementReported).Given(given...).
			When(payment.SettlementReported{Payment: "1", Charge: "ch_1", Amount: 1000})
	}
	report(requested(), captured()).Then(settled)
	report(requested()).Then(settled) // it overtook the answer to the charge
	report(requested(), captured(), refunded()).Then(settled)
	report(requested(), captured(), settled).ThenNothing()
	report(requested(), settled, captured()).ThenNothing()
	report(requested(), captured(), disputed, bounced).Then(settled)
	report(requested(), failed("no money")).ThenError("which failed")
	report().ThenError("never requested")
	report(requested(), captured()).When(payment.SettlementReported{Payment: "1", Amount: 999}).ThenError("9.99 settled for payment 1 of 10.00")
}

func TestFailureAfterTheCharge(t *testing.T) {
	t.Parallel()
	report := func(given ...payment.Event) *flowtest.Decision[billing.Payment, payment.FailureReported, payment.Event] {
		return flowtest.Decide(t, billing.Payment.OnFailureReported).Given(given...).
			When(payment.FailureReported{Payment: "1", Reason: "no cover"})
	}
	report(requested(), captured()).Then(bounced)
	report(requested(), captured(), settled).Then(bounced)
	report(requested(), captured(), refunded()).Then(bounced)
	report(requested(), captured(), bounced).ThenNothing()
	report(requested()).ThenNothing() // its own answer tells
	report(requested(), failed("no money")).ThenNothing()
	report().ThenError("never requested")
}

func TestDispute(t *testing.T) {
	t.Parallel()
	report := func(given ...payment.Event) *flowtest.Decision[billing.Payment, payment.DisputeReported, payment.Event] {
		return flowtest.Decide(t, billing.Payment.OnDisputeReported).Given(given...).
			When(payment.DisputeReported{Payment: "1", Reason: "unknown"})
	}
	report(requested(), captured()).Then(disputed)
	report(requested()).Then(disputed)
	report(requested(), captured(), disputed).ThenNothing()
	report(requested(), failed("no money")).ThenNothing()
	report().ThenError("never requested")
}
