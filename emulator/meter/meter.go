// Package meter measures what an order uses of what the clouds bill for: it runs
// orders through the application, on the drivers of a cloud and its emulators, and
// reads their meters.
//
// It runs in virtual time and hands over one message after the other, so that it
// counts the same each time: nothing is delivered twice, nothing conflicts, and each
// order goes its whole way, with the deadlines and the look of the sweep that come
// hours later.
package meter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
)

// What says what is measured.
const What = "orders that are paid and delivered, one for each consumer: placed by a command, accepted, cooked and settled " +
	"by webhooks, picked up and delivered by commands; no outgoing webhook, nothing delivered twice"

const (
	// idleTicks is how many ticks are looked at when nothing happens.
	idleTicks = 4
	// after is when all deadlines of an order have passed, and the sweep has come
	// by; in steps, since each tick takes so much and no more.
	after, step = 4 * time.Hour, 20 * time.Minute
)

// A Place is a cloud's drivers on an emulator.
type Place struct {
	// Platform is which cloud it is.
	Platform cost.Platform
	// Stores has the log, the views and the agenda, and the publisher.
	Stores driver.Platform
	// Declare creates what subscriptions need.
	Declare func(ctx context.Context, subscriptions ...driver.Subscription) error
	// Usage returns what the drivers have counted.
	Usage func() usage.Usage
	// Delivered returns what it costs to deliver a message once.
	Delivered func(m driver.Message) (usage.Usage, error)
	// Close lets go of everything.
	Close func() error
}

// Measure runs orders at a place: up to 25, so that one tick takes them all, as it does
// where a million come in a month. What a tick looks for in vain is taken off, which
// is a little more than it spares when there are few orders.
func Measure(ctx context.Context, p Place, orders int) (cost.Measured, error) {
	m := cost.Measured{Platform: p.Platform, Date: time.Now().UTC().Format(time.DateOnly), What: What, Orders: int64(orders)}
	r, err := newRun(ctx, p)
	if err == nil {
		err = r.consumers(ctx, orders)
	}
	if err == nil {
		m.Idle, err = r.idle(ctx)
	}
	if err != nil {
		return m, fmt.Errorf("meter: %w", err)
	}
	before, ticks := p.Usage(), r.ticks
	r.requests, r.handled, r.viewed, r.delivered = 0, 0, 0, usage.Usage{}
	for i := range orders {
		if err := r.order(ctx, i); err != nil {
			return m, fmt.Errorf("meter: order %d: %w", i, err)
		}
	}
	if err := r.settle(ctx, after); err != nil {
		return m, fmt.Errorf("meter: %w", err)
	}
	m.Used = p.Usage().Sub(before).Add(r.delivered).Sub(m.Idle.Times(r.ticks - ticks))
	m.Requests, m.Handled, m.Viewed, m.Events = r.requests, r.handled, r.viewed, m.Used.Messages
	return m, r.check(ctx, orders)
}

// A run is a system in virtual time that hands itself what it publishes.
type run struct {
	place  Place
	clock  *moment
	system *flow.System
	takers map[string][]string // subscriptions by topic
	views  map[string]bool     // by name
	queue  []driver.Message

	requests, handled, viewed, ticks int64
	delivered                        usage.Usage
}

func newRun(ctx context.Context, p Place) (*run, error) {
	r := &run{place: p, clock: newMoment(), takers: map[string][]string{}, views: map[string]bool{}}
	platform := driver.Platform{
		Log: p.Stores.Log, Views: p.Stores.Views, Agenda: p.Stores.Agenda, Publisher: r,
		Clock: r.clock, Random: rand.NewChaCha8([32]byte{1}),
	}
	hooks := out.New(out.Options{})
	secret := []webhook.Secret{webhook.Text(tillSecret)}
	app := functions.App(functions.Settings{
		Restaurant: outside{}, Payments: outside{}, PaymentsSecrets: secret, TillSecrets: secret, Hooks: hooks,
	})
	var err error
	if r.system, err = flow.New(app, platform); err != nil {
		return nil, err
	}
	hooks.Connect(r.system)
	for _, f := range app.Functions {
		r.views[f.Name()] = f.Kind() == flow.KindView || f.Kind() == flow.KindTally
	}
	for _, s := range r.system.Subscriptions() {
		for _, topic := range s.Topics {
			r.takers[topic] = append(r.takers[topic], s.Name)
		}
	}
	return r, p.Declare(ctx, r.system.Subscriptions()...)
}

// Publish publishes, and queues a copy for each subscription.
func (r *run) Publish(ctx context.Context, messages ...driver.Message) error {
	if err := r.place.Stores.Publisher.Publish(ctx, messages...); err != nil {
		return err
	}
	for _, m := range messages {
		for _, name := range r.takers[m.Topic] {
			m.Subscription = name
			r.queue = append(r.queue, m)
		}
	}
	return nil
}

// drain delivers what is queued until nothing is left.
func (r *run) drain(ctx context.Context) error {
	for ; len(r.queue) > 0; r.queue = r.queue[1:] {
		m := r.queue[0]
		r.clock.advance(time.Millisecond)
		if err := r.system.Deliver(ctx, m); err != nil {
			return fmt.Errorf("%s on %s: %w", m.Subscription, m.Topic, err)
		}
		used, err := r.place.Delivered(m)
		if err != nil {
			return err
		}
		r.delivered = r.delivered.Add(used)
		if r.views[m.Subscription] {
			r.viewed++
		} else {
			r.handled++
		}
	}
	return nil
}

// settle moves the clock on and ticks, and delivers what comes of it.
func (r *run) settle(ctx context.Context, d time.Duration) error {
	for ; d > 0; d -= step {
		r.clock.advance(min(d, step))
		ticked, err := r.system.Tick(ctx)
		if err != nil {
			return err
		}
		r.ticks++
		switch {
		case ticked.Retried+ticked.Published+ticked.Nudged > 0:
			return fmt.Errorf("a tick did what should have been done: %+v", ticked)
		case ticked.More:
			return errors.New("more orders than a tick takes, which reads some of them twice then: take fewer")
		}
		if err := r.drain(ctx); err != nil {
			return err
		}
	}
	return nil
}

// idle returns what a tick uses when nothing happens.
func (r *run) idle(ctx context.Context) (usage.Usage, error) {
	if err := r.settle(ctx, after); err != nil {
		return usage.Usage{}, err
	}
	before := r.place.Usage()
	if err := r.settle(ctx, step); err != nil {
		return usage.Usage{}, err
	}
	one := r.place.Usage().Sub(before)
	if err := r.settle(ctx, idleTicks*step); err != nil {
		return usage.Usage{}, err
	}
	if all := r.place.Usage().Sub(before); all != one.Times(idleTicks+1) {
		return one, fmt.Errorf("an idle tick used %+v, and %d of them %+v", one, idleTicks+1, all)
	}
	return one, nil
}

// check says whether every order came to its end.
func (r *run) check(ctx context.Context, orders int) error {
	found, err := r.system.Audit(ctx)
	if err != nil {
		return fmt.Errorf("meter: %w", err)
	}
	completed := 0
	for doc, err := range r.system.Documents(ctx, "order-summary", driver.Query{}) {
		if err != nil {
			return fmt.Errorf("meter: %w", err)
		}
		var summary struct{ Status string }
		if err := json.Unmarshal(doc.Body, &summary); err != nil {
			return fmt.Errorf("meter: %w", err)
		}
		if summary.Status == "completed" {
			completed++
		}
	}
	if !found.Quiet() || completed != orders {
		return errors.New("meter: not every order was completed, and all at rest")
	}
	return nil
}
