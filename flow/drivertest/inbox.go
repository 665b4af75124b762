package drivertest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// An inbox is one Receive, and what it delivered.
type inbox struct {
	b    *brokerBench
	name string
	// got holds every delivery, in the order of their arrival.
	got    chan driver.Message
	cancel context.CancelFunc
	// done is what Receive returned.
	done chan error
}

// receive starts to receive the messages of a subscription. A nil handler
// returns nil.
func (b *brokerBench) receive(subscription string, handle handler) *inbox {
	ctx, cancel := context.WithCancel(b.Context())
	in := &inbox{b: b, name: subscription, got: make(chan driver.Message, 10_000), cancel: cancel, done: make(chan error, 1)}
	finished := make(chan struct{})
	broker := b.broker
	go func() {
		defer close(finished)
		in.done <- broker.Receive(ctx, subscription, func(ctx context.Context, m driver.Message) error {
			in.got <- m
			if handle == nil {
				return nil
			}
			return handle(ctx, m)
		})
	}()
	b.Cleanup(func() {
		cancel()
		<-finished
	})
	return in
}

// next returns the next delivery.
func (in *inbox) next() driver.Message {
	in.b.Helper()
	var m driver.Message
	select {
	case m = <-in.got:
	case err := <-in.done:
		in.b.Fatalf("Receive of %s ended: %v", in.name, err)
	case <-time.After(in.b.caps.Patience):
		in.b.Fatalf("%s got nothing within %s", in.name, in.b.caps.Patience)
	}
	return m
}

// wants waits until each of the messages has been delivered, and fails the test
// if one was changed or is not among them.
func (in *inbox) wants(messages ...driver.Message) {
	in.b.Helper()
	missing := map[string]driver.Message{}
	for _, m := range messages {
		missing[m.ID] = m
	}
	known := maps.Clone(missing)
	for len(missing) > 0 {
		got := in.next()
		want, ok := known[got.ID]
		if !ok {
			in.b.Fatalf("%s got %s, which is none of the %d", in.name, describeMessage(got), len(known))
		}
		in.same(got, want)
		delete(missing, got.ID)
	}
}

// same fails the test unless a delivery is what was published.
func (in *inbox) same(got, want driver.Message) {
	in.b.Helper()
	want.Subscription = in.name
	wantsMessage(in.b, got, want)
	if in.b.caps.CountsAttempts && got.Attempt < 1 {
		in.b.Fatalf("a delivery says that it is attempt %d", got.Attempt)
	}
}

func wantsMessage(b *brokerBench, got, want driver.Message) {
	b.Helper()
	if got.ID != want.ID || got.Topic != want.Topic || got.Subscription != want.Subscription ||
		!maps.Equal(got.Attributes, want.Attributes) || !bytes.Equal(got.Data, want.Data) {
		b.Fatalf("got %s, want %s", describeMessage(got), describeMessage(want))
	}
}

// wantsQuiet fails the test if anything more is delivered.
func (in *inbox) wantsQuiet(why string) {
	in.b.Helper()
	absent(in.b, in.got, in.name+" got a message "+why)
}

// end ends the Receive and waits until it has returned.
func (in *inbox) end() {
	in.b.Helper()
	in.cancel()
	if err := arrives(in.b, in.done, "the end of Receive"); err != nil {
		in.b.Fatalf("Receive of %s, whose context ended: %v", in.name, err)
	}
}

func describeMessage(m driver.Message) string {
	return fmt.Sprintf("{%s %s for %s, attempt %d, %d attributes %.60q, %s}",
		m.ID, m.Topic, m.Subscription, m.Attempt, len(m.Attributes), fmt.Sprint(m.Attributes), sizeOf(m.Data))
}
