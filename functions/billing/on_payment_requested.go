package billing

import (
	"context"

	"github.com/onevent/onevent/events/payment"
)

// OnPaymentRequested returns the effect that charges the consumer's card.
func OnPaymentRequested(p Payments) func(context.Context, payment.Requested) ([]payment.Event, error) {
	return func(ctx context.Context, e payment.Requested) ([]payment.Event, error) {
		if p == nil {
			return nil, errNoPayments
		}
		outcome, err := p.Charge(ctx, e)
		switch {
		case err != nil:
			return nil, err
		case outcome.Declined != "":
			return []payment.Event{payment.Failed{Payment: e.Payment, Reason: outcome.Declined}}, nil
		}
		return []payment.Event{payment.Captured{Payment: e.Payment, Amount: e.Amount, Charge: outcome.ID}}, nil
	}
}
