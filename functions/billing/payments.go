package billing

import (
	"context"
	"errors"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
)

// Payments moves money. Its methods may be called several times for one event,
// with the same flow.IdempotencyKey in ctx, and then move the money once. An
// error means that it is not known whether they did.
type Payments interface {
	// Charge takes money from the consumer.
	Charge(ctx context.Context, p payment.Requested) (Outcome, error)
	// Refund gives back what a charge took.
	Refund(ctx context.Context, r order.RefundDue) (Outcome, error)
}

// An Outcome is what became of a charge or refund: one of the fields is set.
type Outcome struct {
	// ID is the provider's name for what it did.
	ID string
	// Declined is why the provider did not do it.
	Declined string
}

var errNoPayments = errors.New("billing: no payment provider is set up")
