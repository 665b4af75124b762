package drivertest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// Caps say what a broker can do beyond its contract, and how slow it is. The
// zero Caps are those of a fast broker that can do no more than it must.
type Caps struct {
	// Durable says that messages survive Close.
	Durable bool
	// CountsAttempts says that Message.Attempt is told, and that a message is
	// delivered exactly MaxAttempts times before it is a dead letter.
	CountsAttempts bool
	// HonoursBackoff says that the pause before a message comes again is no
	// shorter than MinBackoff.
	HonoursBackoff bool
	// HonoursAfter says that an error with a method After() time.Duration sets
	// the pause itself.
	HonoursAfter bool

	// Patience is how long the suite waits for what must come; 0 means 10
	// seconds.
	Patience time.Duration
	// Quiet is how long the suite waits for what must not come; 0 means 50
	// milliseconds.
	Quiet time.Duration
	// AckWithin, Backoff and MaxAttempts are the least that the broker accepts
	// for a subscription; 0 means 250 milliseconds, 1 millisecond and 3.
	AckWithin   time.Duration
	Backoff     time.Duration
	MaxAttempts int
}

func (c Caps) withDefaults() Caps {
	c.Patience = or(c.Patience, 10*time.Second)
	c.Quiet = or(c.Quiet, 50*time.Millisecond)
	c.AckWithin = or(c.AckWithin, 250*time.Millisecond)
	c.Backoff = or(c.Backoff, time.Millisecond)
	c.MaxAttempts = or(c.MaxAttempts, 3)
	return c
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Broker tests a driver.Broker. It calls place once for each clause. What place
// returns opens the broker there, and opens it again after Close; in a durable
// place it then has the messages that it had. The suite closes what it opens.
//
//	drivertest.Broker(t, func(t *testing.T) func() driver.Broker {
//		dir := t.TempDir()
//		return func() driver.Broker { return openBroker(t, dir) }
//	}, drivertest.Caps{Durable: true})
func Broker(t *testing.T, place func(t *testing.T) (open func() driver.Broker), caps Caps) {
	t.Helper()
	caps = caps.withDefaults()
	for _, clauses := range [][]brokerClause{
		deliveryClauses(), declareClauses(), redeliveryClauses(), pauseClauses(), closeClauses(), durableClauses(),
	} {
		for _, c := range clauses {
			t.Run(c.says, func(t *testing.T) {
				t.Parallel()
				c.test(newBrokerBench(t, place(t), caps))
			})
		}
	}
	// All brokers have one subscription of dead letters, so one test at a time
	// looks into it.
	t.Run("dead letters", func(t *testing.T) {
		t.Parallel()
		for _, c := range deadLetterClauses() {
			t.Run(c.says, func(t *testing.T) { c.test(newBrokerBench(t, place(t), caps)) })
		}
	})
}

// A brokerClause is one sentence of the Broker's contract, and its test.
type brokerClause struct {
	says string
	test func(b *brokerBench)
}

// A brokerBench is what one test works on: a broker, and names of its own.
type brokerBench struct {
	*testing.T
	caps   Caps
	broker driver.Broker
	id     string
	place  func() driver.Broker
}

func newBrokerBench(t *testing.T, place func() driver.Broker, caps Caps) *brokerBench {
	t.Helper()
	b := &brokerBench{T: t, caps: caps, place: place, id: newID()[:12]}
	b.broker = b.open()
	return b
}

// open opens a broker that is closed once, at the latest when the test ends.
func (b *brokerBench) open() driver.Broker {
	broker := b.place()
	closed := closedOnce{broker, sync.OnceValue(broker.Close)}
	b.Cleanup(func() {
		if err := closed.Close(); err != nil {
			b.Errorf("Close: %v", err)
		}
	})
	return closed
}

// reopen closes the broker and opens it again.
func (b *brokerBench) reopen() {
	b.Helper()
	if err := b.broker.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	b.broker = b.open()
}

type closedOnce struct {
	driver.Broker
	close func() error
}

// Close closes the broker unless it is closed.
func (c closedOnce) Close() error { return c.close() }

// needs skips the test of what a broker need not be able to do.
func (b *brokerBench) needs(can bool, what string) {
	b.Helper()
	if !can {
		b.Skip("the broker does not promise " + what)
	}
}

// topic returns the name of a topic of this test.
func (b *brokerBench) topic(name string) string { return "order" + b.id + "." + name }

// subscription returns a subscription of this test that tries again soon and
// often.
func (b *brokerBench) subscription(name string, topics ...string) driver.Subscription {
	return driver.Subscription{
		Name: "sub-" + b.id + "-" + name, Topics: topics,
		MinBackoff: b.caps.Backoff, MaxBackoff: 10 * b.caps.Backoff, MaxAttempts: 100,
	}
}

// declares declares subscriptions.
func (b *brokerBench) declares(subscriptions ...driver.Subscription) {
	b.Helper()
	if err := b.broker.Declare(b.Context(), subscriptions...); err != nil {
		b.Fatalf("Declare: %v", err)
	}
}

// declared declares one subscription to the topics and returns its name.
func (b *brokerBench) declared(name string, topics ...string) string {
	b.Helper()
	s := b.subscription(name, topics...)
	b.declares(s)
	return s.Name
}

// message returns a new message.
func (b *brokerBench) message(topic string) driver.Message {
	id := newID()
	return driver.Message{
		ID: id, Topic: topic, Data: anyBytes(300),
		Attributes: map[string]string{"source": "/" + b.id, "subject": id, "time": "2026-11-21T04:04:06.000001Z"},
	}
}

// messages returns count new messages.
func (b *brokerBench) messages(topic string, count int) []driver.Message {
	messages := make([]driver.Message, count)
	for i := range messages {
		messages[i] = b.message(topic)
	}
	return messages
}

// publish publishes messages.
func (b *brokerBench) publish(messages ...driver.Message) {
	b.Helper()
	if err := b.broker.Publish(b.Context(), messages...); err != nil {
		b.Fatalf("Publish: %v", err)
	}
}

// hold waits until release is closed, or the test ends.
func (b *brokerBench) hold(release <-chan struct{}) {
	select {
	case <-release:
	case <-b.Context().Done():
	}
}

// arrives waits until something happens that must.
func arrives[T any](b *brokerBench, c <-chan T, what string) T {
	b.Helper()
	var v T
	select {
	case v = <-c:
	case <-time.After(b.caps.Patience):
		b.Fatalf("%s did not happen within %s", what, b.caps.Patience)
	}
	return v
}

// absent waits for what must not happen.
func absent[T any](b *brokerBench, c <-chan T, what string) {
	b.Helper()
	select {
	case v := <-c:
		b.Fatalf("%s: %v", what, v)
	case <-time.After(b.caps.Quiet):
	}
}

type handler = func(context.Context, driver.Message) error
