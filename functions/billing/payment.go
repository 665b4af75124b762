package billing

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/payment"
)

// A Status is how far a payment has come.
type Status string

// A payment is Requested, and then Captured or Failed; what was Captured may be
// Refunded. Before it is requested it has no status.
const (
	Requested Status = "requested"
	Captured  Status = "captured"
	Failed    Status = "failed"
	Refunded  Status = "refunded"
)

// A Payment is the state of a payment.
type Payment struct {
	Status Status      `json:"status"`
	Amount money.Cents `json:"amount,omitempty"`
	// Settled, Bounced and Disputed are what the provider told later.
	Settled  bool `json:"settled,omitempty"`
	Bounced  bool `json:"bounced,omitempty"`
	Disputed bool `json:"disputed,omitempty"`
}

// Evolve returns the payment after an event.
func (p Payment) Evolve(e payment.Event) Payment {
	switch e := e.(type) {
	case payment.Requested:
		p.Status, p.Amount = Requested, e.Amount
	case payment.Captured:
		p.Status = Captured
	case payment.Failed:
		p.Status = Failed
	case payment.Refunded:
		p.Status = Refunded
	case payment.Settled:
		p.Settled = true
	case payment.Bounced:
		p.Bounced = true
	case payment.Disputed:
		p.Disputed = true
	case payment.SettlementReported, payment.FailureReported, payment.DisputeReported:
	}
	return p
}
