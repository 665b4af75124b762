package drivertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/onevent/onevent/flow/driver"
)

func deliveryClauses() []brokerClause {
	return []brokerClause{
		{"a message arrives as it was published", messageArrives},
		{"a message that was published before Receive waits for it", messageWaits},
		{"a message may be empty, or have as many attributes as it can", messageShapes},
		{"a message of 900 kB arrives byte by byte", messageLarge},
		{"a message above 10,000,000 bytes is ErrTooLarge", messageTooLarge},
		{"the bytes of a message are copied in and out", messageCopies},
		{"every subscription to a topic gets all its messages", fanOut},
		{"a subscription gets the messages of all its topics, and of no other", severalTopics},
		{"8 concurrent publishers of 50 messages lose none", manyPublishers},
		{"several Receives share the messages of a subscription", sharedSubscription},
		{"at most Concurrency handlers are at work at once", limitedConcurrency},
		{"a message whose handler returned nil is done", doneIsDone},
		{"Publish with an ended context returns an error", publishCancelled},
	}
}

func messageArrives(b *brokerBench) {
	in := b.receive(b.declared("a", b.topic("created")), nil)
	m := b.message(b.topic("created"))
	b.publish(m)
	in.wants(m)
	b.publish() // nothing, which is no error
}

func messageWaits(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	messages := b.messages(b.topic("created"), 100)
	b.publish(messages...)
	b.receive(name, nil).wants(messages...)
}

func messageShapes(b *brokerBench) {
	in := b.receive(b.declared("a", b.topic("created")), nil)
	empty, full := b.message(b.topic("created")), b.message(b.topic("created"))
	empty.Data, full.Attributes = nil, map[string]string{}
	for i := range 20 {
		full.Attributes[fmt.Sprintf("%020d", i)] = strings.Repeat("ä", 512)
	}
	bare := b.message(b.topic("created"))
	bare.Attributes, bare.Data = nil, []byte(`{}`)
	odd := b.message(b.topic("created"))
	odd.Attributes = map[string]string{"id": "x", "type": "y", "topic": "z", "data": "\x00\n", "0": " ", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
	b.publish(empty, full, bare, odd)
	in.wants(empty, full, bare, odd)
}

func messageLarge(b *brokerBench) {
	in := b.receive(b.declared("a", b.topic("created")), nil)
	m := b.message(b.topic("created"))
	m.Data = anyBytes(900_000)
	b.publish(m)
	in.wants(m)
}

func messageTooLarge(b *brokerBench) {
	in := b.receive(b.declared("a", b.topic("created")), nil)
	large := b.message(b.topic("created"))
	large.Data = make([]byte, 10_000_001)
	if err := b.broker.Publish(b.Context(), large); !errors.Is(err, driver.ErrTooLarge) {
		b.Fatalf("Publish of %d bytes: %v, want %v", len(large.Data), err, driver.ErrTooLarge)
	}
	after := b.message(b.topic("created"))
	b.publish(after)
	in.wants(after)
	in.wantsQuiet("that was too large")
}

func messageCopies(b *brokerBench) {
	one, other := b.declared("one", b.topic("created")), b.declared("other", b.topic("created"))
	want := b.message(b.topic("created"))
	given := want
	given.Data, given.Attributes = bytes.Clone(want.Data), maps.Clone(want.Attributes)
	b.publish(given)
	clear(given.Data)
	clear(given.Attributes)
	var spoiled atomic.Bool
	arrived := make(chan driver.Message, 10)
	spoil := func(_ context.Context, m driver.Message) error {
		if spoiled.CompareAndSwap(false, true) {
			clear(m.Data)
			clear(m.Attributes)
			return errRefused
		}
		arrived <- m
		return nil
	}
	for _, name := range []string{one, other} { // the second delivery of one, and that of the other
		b.receive(name, spoil)
		want.Subscription = name
		wantsMessage(b, arrives(b, arrived, "a delivery after the spoiled one"), want)
	}
}

func fanOut(b *brokerBench) {
	one, other := b.declared("one", b.topic("created")), b.declared("other", b.topic("created"))
	messages := b.messages(b.topic("created"), 20)
	first := b.receive(one, nil)
	b.publish(messages...)
	first.wants(messages...)
	b.receive(other, nil).wants(messages...)
}

func severalTopics(b *brokerBench) {
	two := b.receive(b.declared("two", b.topic("created"), b.topic("cancelled")), nil)
	three := b.receive(b.declared("three", b.topic("created"), b.topic("cancelled"), b.topic("done")), nil)
	created, cancelled, closed := b.message(b.topic("created")), b.message(b.topic("cancelled")), b.message(b.topic("done"))
	b.publish(closed, created, cancelled)
	three.wants(created, cancelled, closed)
	two.wants(created, cancelled)
	two.wantsQuiet("of a topic that it did not ask for")
}

func manyPublishers(b *brokerBench) {
	const publishers, each = 8, 50
	in := b.receive(b.declared("a", b.topic("created")), nil)
	var want []driver.Message
	var group sync.WaitGroup
	for range publishers {
		messages := b.messages(b.topic("created"), each)
		want = append(want, messages...)
		group.Go(func() {
			for _, m := range messages {
				if err := b.broker.Publish(b.Context(), m); err != nil {
					b.Errorf("Publish: %v", err)
				}
			}
		})
	}
	group.Wait()
	in.wants(want...)
}

func sharedSubscription(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	got := make(chan driver.Message, 1000)
	collect := func(_ context.Context, m driver.Message) error {
		got <- m
		return nil
	}
	b.receive(name, collect)
	b.receive(name, collect)
	missing := map[string]bool{}
	messages := b.messages(b.topic("created"), 60)
	for _, m := range messages {
		missing[m.ID] = true
	}
	b.publish(messages...)
	for len(missing) > 0 {
		delete(missing, arrives(b, got, "the arrival of every message").ID)
	}
}

func limitedConcurrency(b *brokerBench) {
	const limit = 3
	s := b.subscription("a", b.topic("created"))
	s.Concurrency = limit
	b.declares(s)
	var working, most atomic.Int64
	entered, release := make(chan struct{}, 100), make(chan struct{})
	in := b.receive(s.Name, func(context.Context, driver.Message) error {
		now := working.Add(1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
		}
		entered <- struct{}{}
		b.hold(release)
		working.Add(-1)
		return nil
	})
	messages := b.messages(b.topic("created"), 4*limit)
	b.publish(messages...)
	for range limit {
		arrives(b, entered, "a handler at work")
	}
	absent(b, entered, "one handler more is at work")
	close(release)
	in.wants(messages...)
	if most.Load() != limit {
		b.Fatalf("%d handlers were at work at once, want %d", most.Load(), limit)
	}
}

func doneIsDone(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	messages := b.messages(b.topic("created"), 20)
	first := b.receive(name, nil)
	b.publish(messages...)
	first.wants(messages...)
	first.end()
	b.receive(name, nil).wantsQuiet("that was done")
}

func publishCancelled(b *brokerBench) {
	b.declared("a", b.topic("created"))
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	if err := b.broker.Publish(ctx, b.message(b.topic("created"))); err == nil {
		b.Fatal("Publish with an ended context returned nil")
	}
}
