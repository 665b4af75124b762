package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// errClosed says that the broker was closed.
var errClosed = errors.New("broker is closed")

// Options are the defaults of a Broker. The zero Options are usable.
type Options struct {
	// MinBackoff and MaxBackoff bound the pauses of subscriptions that do not
	// bound them; 0 means 100 milliseconds and 10 seconds.
	MinBackoff, MaxBackoff time.Duration
	// MaxPause bounds every pause, whatever a subscription or a handler asks
	// for, so that tests need not wait; 0 means no bound.
	MaxPause time.Duration
	// MaxAttempts is how often a message is delivered before it is a dead
	// letter, where the subscription does not say; 0 means 5.
	MaxAttempts int
	// Concurrency is the most handlers at work at once in one Receive, where
	// the subscription does not say; 0 means 16.
	Concurrency int
	// MaxMessages is the most messages that are not done, each counted once for
	// each subscription; Publish returns an error rather than go beyond. 0
	// means 1,000,000.
	MaxMessages int
}

// A Broker is a driver.Broker. It keeps messages in memory, on the real time,
// and loses them when it is closed. The pause before a message is delivered
// again doubles with each attempt; an error with a method After() time.Duration
// says itself how long it is.
type Broker struct {
	options Options

	mu     sync.Mutex
	queues map[string]*queue // by subscription
	held   int               // messages that are not done
	closed bool

	life      context.Context //nolint:containedctx // ends with Close, not with a call
	end       context.CancelFunc
	receiving sync.WaitGroup
}

// NewBroker returns a broker without subscriptions. It must be closed.
func NewBroker(o Options) *Broker {
	o.MinBackoff = cmp.Or(o.MinBackoff, 100*time.Millisecond)
	o.MaxBackoff = cmp.Or(o.MaxBackoff, 10*time.Second)
	o.MaxAttempts = cmp.Or(o.MaxAttempts, 5)
	o.Concurrency = cmp.Or(o.Concurrency, 16)
	o.MaxMessages = cmp.Or(o.MaxMessages, 1_000_000)
	b := &Broker{options: o, queues: map[string]*queue{}}
	b.life, b.end = context.WithCancel(context.Background())
	b.queues[driver.DeadLetters] = newQueue()
	b.queues[driver.DeadLetters].settings = b.complete(driver.Subscription{Name: driver.DeadLetters})
	return b
}

// complete fills in what a subscription leaves open.
func (b *Broker) complete(s driver.Subscription) driver.Subscription {
	s.AckWithin = cmp.Or(s.AckWithin, 30*time.Second)
	s.MinBackoff = cmp.Or(s.MinBackoff, b.options.MinBackoff)
	s.MaxBackoff = max(s.MinBackoff, cmp.Or(s.MaxBackoff, b.options.MaxBackoff))
	s.MaxAttempts = cmp.Or(s.MaxAttempts, b.options.MaxAttempts)
	s.Concurrency = cmp.Or(s.Concurrency, b.options.Concurrency)
	return s
}

// Declare implements driver.Broker. Declaring a subscription again adds its
// topics and replaces its settings; the concurrency of a Receive that has begun
// stays.
func (b *Broker) Declare(ctx context.Context, subscriptions ...driver.Subscription) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, s := range subscriptions {
		if err := checkSubscription(s); err != nil {
			return fmt.Errorf("memory: declare %q: %w", s.Name, err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return fmt.Errorf("memory: declare: %w", errClosed)
	}
	for _, s := range subscriptions {
		q, ok := b.queues[s.Name]
		if !ok {
			q = newQueue()
			b.queues[s.Name] = q
		}
		s.Topics = slices.Concat(q.settings.Topics, s.Topics)
		q.settings = b.complete(s)
	}
	return nil
}

// Publish implements driver.Publisher. It accepts all of the messages or none.
func (b *Broker) Publish(ctx context.Context, messages ...driver.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, m := range messages {
		if err := checkMessage(m); err != nil {
			return fmt.Errorf("memory: publish %s %s: %w", m.Topic, m.ID, err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return fmt.Errorf("memory: publish: %w", errClosed)
	}
	copies := b.copies(messages)
	if b.held+len(copies) > b.options.MaxMessages {
		return fmt.Errorf("memory: publish: %d messages wait, the limit is %d", b.held, b.options.MaxMessages)
	}
	b.held += len(copies)
	for _, c := range copies {
		b.queues[c.message.Subscription].add(c)
	}
	return nil
}

// copies returns a copy of each message for each of its subscriptions.
func (b *Broker) copies(messages []driver.Message) []*parcel {
	var copies []*parcel
	now := time.Now()
	for _, m := range messages {
		for _, name := range slices.Sorted(maps.Keys(b.queues)) {
			if slices.Contains(b.queues[name].settings.Topics, m.Topic) {
				own := cloneMessage(m)
				own.Subscription = name
				copies = append(copies, &parcel{message: own, due: now})
			}
		}
	}
	return copies
}

// Close implements driver.Broker. It must not be called by a handler, for whom
// it would wait. Closing again does nothing.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end()
	b.receiving.Wait()
	return nil
}
