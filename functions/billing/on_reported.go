package billing

import (
	"fmt"

	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
)

// OnSettlementReported settles a payment once. The report may overtake the answer to
// the charge. Money for a payment that we never asked for, that the provider said it
// did not get, or of another amount, is parked for somebody to see to.
func (p Payment) OnSettlementReported(e payment.SettlementReported) ([]payment.Event, error) {
	if err := p.mustBeKnown(e.Payment); err != nil {
		return nil, err
	}
	switch {
	case p.Status == Failed:
		return nil, flow.Reject(fmt.Errorf("billing: %v settled for payment %s, which failed", e.Amount, e.Payment))
	case e.Amount != p.Amount:
		return nil, flow.Reject(fmt.Errorf("billing: %v settled for payment %s of %v", e.Amount, e.Payment, p.Amount))
	case p.Settled:
		return nil, nil
	}
	return []payment.Event{payment.Settled{Payment: e.Payment, Amount: e.Amount, Charge: e.Charge}}, nil
}

// OnFailureReported says that the money is gone, if we had it: the bank took it back.
// While the charge is under way, and where it was declined, its own answer tells.
func (p Payment) OnFailureReported(e payment.FailureReported) ([]payment.Event, error) {
	if err := p.mustBeKnown(e.Payment); err != nil || !p.charged() || p.Bounced {
		return nil, err
	}
	return []payment.Event{payment.Bounced{Payment: e.Payment, Amount: p.Amount, Reason: e.Reason}}, nil
}

// OnDisputeReported marks a payment as disputed, once. The report may overtake the
// answer to the charge.
func (p Payment) OnDisputeReported(e payment.DisputeReported) ([]payment.Event, error) {
	if err := p.mustBeKnown(e.Payment); err != nil || p.Status == Failed || p.Disputed {
		return nil, err
	}
	return []payment.Event{payment.Disputed{Payment: e.Payment, Amount: p.Amount, Reason: e.Reason}}, nil
}

// charged says whether we had the money.
func (p Payment) charged() bool { return p.Status == Captured || p.Status == Refunded }

// mustBeKnown parks a report of a payment that we never asked for.
func (p Payment) mustBeKnown(id string) error {
	if p.Status == "" {
		return flow.Reject(fmt.Errorf("billing: payment %s was never requested", id))
	}
	return nil
}
