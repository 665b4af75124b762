package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// BrokerOptions are the broker's defaults, for subscriptions that do not say.
type BrokerOptions struct {
	// AckWithin is how long a handler may take; 0 means 30 seconds.
	AckWithin time.Duration
	// MinBackoff and MaxBackoff bound the pause after a failure; 0 means 100
	// milliseconds and 10 seconds.
	MinBackoff, MaxBackoff time.Duration
	// MaxAttempts is how often a message is delivered before it is a dead
	// letter; 0 means 20.
	MaxAttempts int
	// Concurrency is the most handlers of a subscription at work at once; 0
	// means 64.
	Concurrency int
}

func (o *BrokerOptions) withDefaults() driver.Subscription {
	if o == nil {
		o = &BrokerOptions{}
	}
	given := driver.Subscription{
		AckWithin: o.AckWithin, MinBackoff: o.MinBackoff, MaxBackoff: o.MaxBackoff,
		MaxAttempts: o.MaxAttempts, Concurrency: o.Concurrency,
	}
	return orDefaults(given, driver.Subscription{
		AckWithin: 30 * time.Second, MinBackoff: 100 * time.Millisecond, MaxBackoff: 10 * time.Second,
		MaxAttempts: 20, Concurrency: 64,
	})
}

// A Broker is the broker in a store's folder, for one process. Its subscriptions
// and their messages outlive it.
type Broker struct {
	s        *Store
	defaults driver.Subscription
	ctx      context.Context //nolint:containedctx // it ends when the broker is closed
	cancel   context.CancelFunc

	mu        sync.Mutex
	receivers sync.WaitGroup
}

// Broker returns a broker on the store. Brokers of one store share its
// subscriptions, and each message goes to one of them.
func (s *Store) Broker(opts *BrokerOptions) *Broker {
	ctx, cancel := context.WithCancel(context.Background())
	b := &Broker{s: s, defaults: opts.withDefaults(), ctx: ctx, cancel: cancel}
	s.queues.mu.Lock()
	defer s.queues.mu.Unlock()
	s.queues.brokers = append(s.queues.brokers, b)
	return b
}

// open returns an error if the context ended or the broker was closed.
func (b *Broker) open(ctx context.Context) error {
	if b.ctx.Err() != nil {
		return fmt.Errorf("local: broker: %w", ErrClosed)
	}
	return b.s.open(ctx)
}

// Declare implements driver.Broker. The settings of a subscription are those of
// the last Declare; its topics are those of all.
func (b *Broker) Declare(ctx context.Context, subscriptions ...driver.Subscription) error {
	if err := b.open(ctx); err != nil {
		return err
	}
	for _, sub := range subscriptions {
		if err := checkSubscription(sub); err != nil {
			return wrap("declare", err)
		}
	}
	return b.s.queues.declare(ctx, b.s, slices.Clone(subscriptions))
}

// Publish implements driver.Publisher.
func (b *Broker) Publish(ctx context.Context, messages ...driver.Message) error {
	if err := b.open(ctx); err != nil {
		return err
	}
	if b.s.writer == nil {
		return b.s.readOnly()
	}
	var p publication
	for _, m := range messages {
		if err := checkMessage(m); err != nil {
			return wrap("publish "+m.ID, err)
		}
		if queues := b.s.queues.of(m.Topic); len(queues) > 0 {
			if err := p.add(m, queues); err != nil {
				return wrap("publish "+m.ID, err)
			}
		}
	}
	if len(p.copies) == 0 {
		return nil
	}
	return b.s.submit(ctx, &op{apply: p.apply, committed: p.committed, size: p.size})
}

// A publication is messages that are published together, one copy for each
// subscription.
type publication struct {
	copies []messageCopy
	size   int
}

type messageCopy struct {
	q          *queue
	key        int64
	message    *driver.Message
	attributes string
}

func (p *publication) add(m driver.Message, queues []*queue) error {
	var attributes []byte
	if len(m.Attributes) > 0 {
		var err error
		if attributes, err = json.Marshal(m.Attributes); err != nil {
			return err
		}
	}
	kept := &driver.Message{ID: m.ID, Topic: m.Topic, Attributes: maps.Clone(m.Attributes), Data: slices.Clone(m.Data)}
	for _, q := range queues {
		p.copies = append(p.copies, messageCopy{q: q, message: kept, attributes: string(attributes)})
		p.size += len(m.Data)
	}
	return nil
}

func (p *publication) apply(t *tx) error {
	for i := range p.copies {
		c := &p.copies[i]
		c.q.issued++
		c.key = c.q.issued
		t.exec("INSERT INTO queue (k, attempts, due, id, topic, attributes, data) VALUES (?, 0, 0, ?, ?, ?, ?)",
			c.key, c.message.ID, c.message.Topic, c.attributes, c.message.Data)
	}
	return nil
}

func (p *publication) committed() {
	for _, c := range p.copies {
		c.q.add(c.key, c.message)
	}
}

// Receive implements driver.Broker. The contexts of handlers do not end with
// ctx, so that a handler at work can finish.
func (b *Broker) Receive(ctx context.Context, subscription string, handle func(context.Context, driver.Message) error) error {
	if err := b.begin(); err != nil {
		return err
	}
	defer b.receivers.Done()
	q := b.s.queues.named(subscription)
	if q == nil {
		return fmt.Errorf("local: receive: subscription %s: %w", subscription, driver.ErrNotFound)
	}
	if b.s.writer == nil {
		return b.s.readOnly()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.ctx, cancel)()
	r := receiver{q: q, settings: orDefaults(q.configured(), b.defaults), handle: handle}
	err := r.run(ctx)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return wrap("receive "+subscription, err)
}

// begin counts a Receive, so that Close waits for it.
func (b *Broker) begin() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.open(context.Background()); err != nil {
		return err
	}
	b.receivers.Add(1)
	return nil
}

// Close implements driver.Broker. The store stays open.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.cancel()
	b.mu.Unlock()
	b.receivers.Wait()
	b.s.queues.forget(b)
	return nil
}

// orDefaults fills in what settings do not say.
func orDefaults(settings, d driver.Subscription) driver.Subscription {
	settings.AckWithin = or(settings.AckWithin, d.AckWithin)
	settings.MinBackoff = or(settings.MinBackoff, d.MinBackoff)
	settings.MaxBackoff = max(or(settings.MaxBackoff, d.MaxBackoff), settings.MinBackoff)
	settings.MaxAttempts = or(settings.MaxAttempts, d.MaxAttempts)
	settings.Concurrency = or(settings.Concurrency, d.Concurrency)
	return settings
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}
