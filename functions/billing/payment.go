package billing

import "github.com/onevent/onevent/events/payment"

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
	Status Status `json:"status"`
}

// Evolve returns the payment after an event.
func (p Payment) Evolve(e payment.Event) Payment {
	switch e.(type) {
	case payment.Requested:
		p.Status = Requested
	case payment.Captured:
		p.Status = Captured
	case payment.Failed:
		p.Status = Failed
	case payment.Refunded:
		p.Status = Refunded
	}
	return p
}
