package billing

import (
	"context"
	"fmt"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
)

// OnRefundDue returns the effect that gives the consumer's money back. We owe it
// whatever the provider says: a refund that it declines is parked for somebody to
// see to.
func OnRefundDue(p Payments) func(context.Context, order.RefundDue) ([]payment.Event, error) {
	return func(ctx context.Context, e order.RefundDue) ([]payment.Event, error) {
		if p == nil {
			return nil, errNoPayments
		}
		outcome, err := p.Refund(ctx, e)
		switch {
		case err != nil:
			return nil, err
		case outcome.Declined != "":
			return nil, flow.Reject(fmt.Errorf("billing: refund of %s declined: %s", e.Charge, outcome.Declined))
		}
		return []payment.Event{payment.Refunded{Payment: e.Payment(), Amount: e.Amount, Refund: outcome.ID}}, nil
	}
}
