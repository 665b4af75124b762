package functions_test

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/billing"
)

// A flaky is the restaurants and the payment provider of a test: the
// restaurant "closed" declines tickets, the consumer "broke" can't pay, and calls
// fail as often as failing says, before or after what they are to do was done.
type flaky struct {
	random  *rand.Rand
	failing float64
	// done are the outcomes by idempotency key: a repeated call repeats it.
	done map[string]billing.Outcome
	// charged and refunded count, by payment, what was really done.
	charged, refunded map[string]int
	// amounts are what was really charged, by payment.
	amounts map[string]int64
}

func newFlaky(seed uint64, failing float64) *flaky {
	return &flaky{
		random: rand.New(rand.NewPCG(seed, 99)), failing: failing,
		done: map[string]billing.Outcome{}, charged: map[string]int{}, refunded: map[string]int{}, amounts: map[string]int64{},
	}
}

// settings returns the application's settings with it.
func (f *flaky) settings() functions.Settings {
	return functions.Settings{Restaurant: f, Payments: f, PaymentsSecrets: hookSecrets(), TillSecrets: hookSecrets()}
}

var errDeadLine = errors.New("the line is dead")

// once does something once for an idempotency key, however often it is called.
func (f *flaky) once(ctx context.Context, do func() billing.Outcome) (billing.Outcome, error) {
	if f.random.Float64() < f.failing/2 {
		return billing.Outcome{}, errDeadLine
	}
	key := flow.IdempotencyKey(ctx)
	outcome, ok := f.done[key]
	if !ok {
		outcome = do()
		f.done[key] = outcome
	}
	if f.random.Float64() < f.failing/2 {
		return billing.Outcome{}, errDeadLine
	}
	return outcome, nil
}

// Notify tells the restaurant.
func (f *flaky) Notify(ctx context.Context, t ticket.Created) (string, error) {
	outcome, err := f.once(ctx, func() billing.Outcome {
		if t.Restaurant == "closed" {
			return billing.Outcome{Declined: "closed"}
		}
		return billing.Outcome{ID: "noted"}
	})
	return outcome.Declined, err
}

// Charge charges a card.
func (f *flaky) Charge(ctx context.Context, p payment.Requested) (billing.Outcome, error) {
	return f.once(ctx, func() billing.Outcome {
		if p.Consumer == "broke" {
			return billing.Outcome{Declined: "no money"}
		}
		f.charged[p.Payment]++
		f.amounts[p.Payment] = int64(p.Amount)
		return billing.Outcome{ID: "ch_" + p.Payment}
	})
}

// Refund gives back a charge.
func (f *flaky) Refund(ctx context.Context, r order.RefundDue) (billing.Outcome, error) {
	return f.once(ctx, func() billing.Outcome {
		f.refunded[r.Order]++
		return billing.Outcome{ID: "re_" + r.Order}
	})
}
