package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/events/payment"
)

// OnPaymentBounced raises an incident: the order was delivered, and is not paid.
func (Incident) OnPaymentBounced(e payment.Bounced) ([]incident.Event, error) {
	return []incident.Event{incident.Raised{
		Incident: incident.OfPayment(e.Payment), Payment: e.Payment, Amount: e.Amount, Reason: "bounced: " + e.Reason,
	}}, nil
}

// OnPaymentDisputed raises an incident: the bank wants an answer.
func (Incident) OnPaymentDisputed(e payment.Disputed) ([]incident.Event, error) {
	return []incident.Event{incident.Raised{
		Incident: incident.OfPayment(e.Payment), Payment: e.Payment, Amount: e.Amount, Reason: "disputed: " + e.Reason,
	}}, nil
}
