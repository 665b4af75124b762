package drill

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions/audit"
	"github.com/onevent/onevent/functions/billing"
)

// A city is the outside of one world: the restaurant "closed" declines tickets,
// the consumer "broke" can't pay, and a repeated call repeats its outcome. It is
// also who compares its books with the log.
type city struct {
	w    *sim.World
	done map[string]billing.Outcome // by idempotency key
	// charged and refunded count, by payment, what was really done.
	charged, refunded map[string]int
	// booked are the charges and refunds that the log tells of.
	booked, returned map[string]int
	auditor          *audit.Auditor
	forget           func()
}

// cities are the outsides of all worlds that run at once.
type cities struct {
	mu  sync.Mutex
	all map[*sim.World]*city
}

func newCities() *cities { return &cities{all: map[*sim.World]*city{}} }

func (c *cities) of(w *sim.World) *city {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all[w] == nil {
		c.all[w] = &city{
			w: w, done: map[string]billing.Outcome{}, charged: map[string]int{}, refunded: map[string]int{},
			booked: map[string]int{}, returned: map[string]int{}, auditor: audit.New(), forget: func() { c.remove(w) },
		}
	}
	return c.all[w]
}

func (c *cities) remove(w *sim.World) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.all, w)
}

// Event implements sim.Invariant: what must hold after every event.
func (c *city) Event(e flow.Recorded) error {
	_, id, _ := strings.Cut(e.Stream, "/")
	switch e.Type {
	case payment.Captured{}.Type():
		c.booked[id]++
	case payment.Refunded{}.Type():
		c.returned[id]++
	}
	return c.auditor.Event(e)
}

// End implements sim.Invariant: every order has ended well, and the books of the
// payment provider are those of the log.
func (c *city) End() error {
	defer c.forget()
	if err := c.auditor.End().Err(); err != nil {
		return err
	}
	if !maps.Equal(c.booked, c.charged) || !maps.Equal(c.returned, c.refunded) {
		return fmt.Errorf("the log has the charges %v and refunds %v, the provider %v and %v", c.booked, c.returned, c.charged, c.refunded)
	}
	for id, n := range c.charged {
		if n != 1 {
			return fmt.Errorf("order %s was charged %d times", id, n)
		}
	}
	return nil
}

// once does something once for an idempotency key, however often it is called.
func (c *city) once(ctx context.Context, name string, do func() billing.Outcome) (outcome billing.Outcome, err error) {
	key := flow.IdempotencyKey(ctx)
	err = c.w.Call(ctx, name, func() {
		var ok bool
		if outcome, ok = c.done[key]; !ok {
			outcome = do()
			c.done[key] = outcome
		}
	})
	return outcome, err
}

// Notify tells the restaurant.
func (c *city) Notify(ctx context.Context, t ticket.Created) (string, error) {
	outcome, err := c.once(ctx, "restaurant", func() billing.Outcome {
		if t.Restaurant == "closed" {
			return billing.Outcome{Declined: "closed"}
		}
		return billing.Outcome{ID: "noted"}
	})
	return outcome.Declined, err
}

// Charge charges a card.
func (c *city) Charge(ctx context.Context, p payment.Requested) (billing.Outcome, error) {
	return c.once(ctx, "payments", func() billing.Outcome {
		if p.Consumer == "broke" {
			return billing.Outcome{Declined: "no money"}
		}
		c.charged[p.Payment]++
		return billing.Outcome{ID: "ch_" + p.Payment}
	})
}

// Refund gives back a charge.
func (c *city) Refund(ctx context.Context, r order.RefundDue) (billing.Outcome, error) {
	return c.once(ctx, "payments", func() billing.Outcome {
		c.refunded[r.Order]++
		return billing.Outcome{ID: "re_" + r.Order}
	})
}
