package operating_test

import (
	"testing"

	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/operating"
)

func TestMoneyAtRiskIsAnIncident(t *testing.T) {
	t.Parallel()
	raised := func(reason string) incident.Event {
		return incident.Raised{Incident: "payment-1", Payment: "1", Amount: 1000, Reason: reason}
	}
	flowtest.Decide(t, operating.Incident.OnPaymentDisputed).
		When(payment.Disputed{Payment: "1", Amount: 1000, Reason: "unknown"}).Then(raised("disputed: unknown"))
	flowtest.Decide(t, operating.Incident.OnPaymentBounced).Given(raised("disputed: unknown")).
		When(payment.Bounced{Payment: "1", Amount: 1000, Reason: "no cover"}).Then(raised("bounced: no cover"))
}
