package gcp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
)

// errClosed says that the broker was closed.
var errClosed = errors.New("broker is closed")

// Receive pulls. In production messages are pushed to functions; this is for
// tests, for tools, and for the dead letters. It sees topics that are added to the
// subscription meanwhile only if they are added through this Broker.
func (b *Broker) Receive(ctx context.Context, subscription string, handle func(context.Context, driver.Message) error) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return fmt.Errorf("gcp: receive %s: %w", subscription, errClosed)
	}
	b.receiving.Add(1)
	b.mu.Unlock()
	defer b.receiving.Done()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)() //nolint:contextcheck // Close ends it too
	r := &receiver{broker: b, handle: handle, started: map[string]bool{}, fail: make(chan error, 1)}
	err := r.run(ctx, subscription)
	cancel()
	r.pulling.Wait()
	return err
}

// A receiver is one call of Receive.
type receiver struct {
	broker  *Broker
	handle  func(context.Context, driver.Message) error
	slots   chan struct{}   // as many as handlers may be at work; nil: any number
	started map[string]bool // Pub/Sub subscriptions that are pulled
	pulling sync.WaitGroup
	fail    chan error
}

// run pulls all Pub/Sub subscriptions of a subscription until ctx ends or one
// fails.
func (r *receiver) run(ctx context.Context, name string) error {
	for {
		declared, changed := r.broker.recall(name)
		subscriptions, err := r.broker.listSubscriptions(ctx, name)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of ctx is no failure
		}
		if err != nil {
			return err
		}
		if r.slots == nil && declared.Concurrency > 0 {
			r.slots = make(chan struct{}, declared.Concurrency)
		}
		for _, s := range subscriptions {
			if !r.started[s.GetName()] {
				r.started[s.GetName()] = true
				r.pulling.Go(func() { r.pull(ctx, s, declared) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-r.fail:
			return err
		case <-changed:
		}
	}
}

func (r *receiver) pull(ctx context.Context, s *pubsubpb.Subscription, declared driver.Subscription) {
	subscriber := r.broker.client.Subscriber(s.GetName())
	if declared.Concurrency > 0 {
		subscriber.ReceiveSettings.MaxOutstandingMessages = declared.Concurrency
	}
	within := declared.AckWithin
	if within == 0 {
		within = time.Duration(s.GetAckDeadlineSeconds()) * time.Second
	}
	// What a stream that ends leaves unread is lent to it for this long.
	subscriber.ReceiveSettings.MaxDurationPerAckExtension = time.Duration(ackDeadline(within)) * time.Second
	err := subscriber.Receive(ctx, func(ctx context.Context, m *pubsub.Message) {
		r.take(ctx, within, m, r.broker.message(s.GetName(), m))
	})
	if err != nil && ctx.Err() == nil {
		select {
		case r.fail <- failed(ctx, "receive "+lastPart(s.GetName()), err):
		default: // another one failed already
		}
	}
}

// take handles a message and acknowledges it if that succeeds. It gives it back
// at once when the time is up, and returns when the handler has.
func (r *receiver) take(ctx context.Context, within time.Duration, m *pubsub.Message, message driver.Message) {
	if r.slots != nil {
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-ctx.Done():
			m.Nack()
			return
		}
	}
	// A handler at work may finish when Receive is to end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	giveBack := context.AfterFunc(ctx, m.Nack)
	err := handleSafely(ctx, r.handle, message)
	switch inTime := giveBack(); {
	case !inTime: // given back
	case err != nil, ctx.Err() != nil: // the handler may see the end first
		m.Nack()
	default:
		m.Ack()
	}
}

// handleSafely turns a panic into an error.
func handleSafely(ctx context.Context, handle func(context.Context, driver.Message) error, m driver.Message) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("gcp: handler of %s panicked: %v", m.Subscription, r)
		}
	}()
	return handle(ctx, m)
}

// message returns what Pub/Sub delivered to a subscription. What nobody encoded
// is handed on as it is, so that the one who handles it can say what is wrong: its
// ID is Pub/Sub's, and its topic the one it came from.
func (b *Broker) message(subscription string, m *pubsub.Message) driver.Message {
	message := wire.Decode(m.Attributes, m.Data)
	b.meter.Add(Usage{Deliveries: 1, DeliveredBytes: billed(&pubsubpb.PubsubMessage{Data: m.Data, Attributes: m.Attributes})})
	name, topic := b.nameOf(subscription)
	message.Subscription = name
	if source := m.Attributes[wire.DeadLetterSource]; source != "" && name == driver.DeadLetters {
		message.Subscription, topic = b.nameOf(source)
	}
	if message.ID == "" {
		message.ID = m.ID
	}
	if message.Topic == "" {
		message.Topic = topic
	}
	if m.DeliveryAttempt != nil {
		message.Attempt = *m.DeliveryAttempt
	}
	return message
}
