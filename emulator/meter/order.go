package meter

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/functions/billing"
)

// tillSecret signs what the outside tells here. It protects nothing.
const tillSecret = "whsec_b25ldmVudC1tZXRlci1zZWNyZXQtb2YtaG9va3M=" //nolint:gosec // of no use to anybody

// consumers registers one consumer for each order.
func (r *run) consumers(ctx context.Context, n int) error {
	for i := range n {
		if err := r.send(ctx, "consumer.register", fmt.Sprint("register-", i), map[string]any{"consumer": consumerOf(i), "name": consumerOf(i)}); err != nil {
			return err
		}
	}
	return nil
}

func consumerOf(i int) string { return fmt.Sprintf("consumer-%06d", i) }

// order takes an order from its placement to its settlement.
func (r *run) order(ctx context.Context, i int) error {
	id := fmt.Sprintf("o-%06d", i)
	total := int64(2*950 + 250)
	for _, do := range []func() error{
		func() error {
			return r.send(ctx, "order.place", "place-"+id, map[string]any{
				"order": id, "consumer": consumerOf(i), "restaurant": "trattoria-" + id,
				"items": []any{
					map[string]any{"name": "pizza margherita", "quantity": 2, "price": 950},
					map[string]any{"name": "water", "quantity": 1, "price": 250},
				},
			})
		},
		func() error {
			return r.tell(ctx, "till", "accept-"+id, map[string]any{"type": "ticket.accepted", "ticket": id})
		},
		func() error {
			return r.tell(ctx, "till", "finish-"+id, map[string]any{"type": "ticket.ready", "ticket": id})
		},
		func() error { return r.send(ctx, "delivery.pick_up", "pick-up-"+id, map[string]any{"delivery": id}) },
		func() error { return r.send(ctx, "delivery.deliver", "deliver-"+id, map[string]any{"delivery": id}) },
		func() error {
			return r.tell(ctx, "payments", "settled-"+id, map[string]any{
				"type": "charge.settled", "payment": id, "charge": "ch_" + id, "amount": total,
			})
		},
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

// send sends a command, and delivers what comes of it.
func (r *run) send(ctx context.Context, command, key string, fields map[string]any) error {
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	r.requests++
	r.clock.advance(time.Millisecond)
	if _, err := r.system.Execute(ctx, flow.Request{Command: command, IdempotencyKey: key, Body: body, Actor: "meter"}); err != nil {
		return err
	}
	return r.drain(ctx)
}

// tell tells something by a webhook, and delivers what comes of it.
func (r *run) tell(ctx context.Context, source, id string, fields map[string]any) error {
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	r.requests++
	r.clock.advance(time.Millisecond)
	signed, err := webhook.SignStandard(id, r.clock.Now(), body, tillSecret)
	if err != nil {
		return err
	}
	header := map[string][]string{}
	for name, value := range signed {
		header[name] = []string{value}
	}
	if _, err := r.system.Receive(ctx, source, flow.Incoming{Header: header, Body: body}); err != nil {
		return err
	}
	return r.drain(ctx)
}

// The outside takes every ticket, and every card is good.
type outside struct{}

// Notify tells the restaurant.
func (outside) Notify(context.Context, ticket.Created) (string, error) { return "", nil }

// Charge charges a card.
func (outside) Charge(_ context.Context, p payment.Requested) (billing.Outcome, error) {
	return billing.Outcome{ID: "ch_" + p.Payment}, nil
}

// Refund gives back a charge.
func (outside) Refund(_ context.Context, r order.RefundDue) (billing.Outcome, error) {
	return billing.Outcome{ID: "re_" + r.Order}, nil
}
