package drivertest

import (
	"context"
	"sync/atomic"

	"github.com/onevent/onevent/flow/driver"
)

func deadLetterClauses() []brokerClause {
	return []brokerClause{
		{"a message that failed MaxAttempts times is moved to the dead letters", deadLetter},
		{"a dead letter says which subscription gave it up, and the others are not concerned", deadLetterOfOne},
		{"a dead letter whose handler failed is delivered again", deadLetterAgain},
		{"a message whose handler never answers in time is moved to the dead letters", deadLetterOfSleeper},
	}
}

// dying declares a subscription that gives up as soon as the broker can.
func (b *brokerBench) dying(name string, topics ...string) driver.Subscription {
	b.Helper()
	s := b.subscription(name, topics...)
	s.MaxAttempts = b.caps.MaxAttempts
	b.declares(s)
	return s
}

// deadLetters receives the dead letters. Those of other tests are done with.
func (b *brokerBench) deadLetters(mine map[string]driver.Message, handle handler) <-chan driver.Message {
	got := make(chan driver.Message, 1000)
	b.receive(driver.DeadLetters, func(ctx context.Context, m driver.Message) error {
		if _, ok := mine[m.ID]; !ok {
			return nil
		}
		got <- m
		return handle(ctx, m)
	})
	return got
}

func done(context.Context, driver.Message) error { return nil }

func refuse(context.Context, driver.Message) error { return errRefused }

func deadLetter(b *brokerBench) {
	s := b.dying("a", b.topic("created"))
	m := b.message(b.topic("created"))
	var deliveries atomic.Int64
	in := b.receive(s.Name, func(context.Context, driver.Message) error {
		deliveries.Add(1)
		return errRefused
	})
	b.publish(m)
	dead := arrives(b, b.deadLetters(map[string]driver.Message{m.ID: m}, done), "the arrival of the dead letter")
	want := m
	want.Subscription = s.Name
	wantsMessage(b, dead, want)
	if n := deliveries.Load(); b.caps.CountsAttempts && n != int64(s.MaxAttempts) {
		b.Fatalf("the message was delivered %d times before it was given up, want %d", n, s.MaxAttempts)
	}
	for range deliveries.Load() {
		in.same(in.next(), m)
	}
	in.wantsQuiet("that was given up")
	in.end()
}

func deadLetterOfOne(b *brokerBench) {
	bad, good := b.dying("bad", b.topic("created")), b.dying("good", b.topic("created"))
	messages := b.messages(b.topic("created"), 3)
	mine := map[string]driver.Message{}
	for _, m := range messages {
		mine[m.ID] = m
	}
	b.receive(bad.Name, refuse)
	in := b.receive(good.Name, nil)
	b.publish(messages...)
	in.wants(messages...)
	letters := b.deadLetters(mine, done)
	for seen := map[string]bool{}; len(seen) < len(mine); {
		dead := arrives(b, letters, "the arrival of every dead letter")
		want := mine[dead.ID]
		want.Subscription = bad.Name
		wantsMessage(b, dead, want)
		seen[dead.ID] = true
	}
	absent(b, letters, "a dead letter too many")
}

func deadLetterAgain(b *brokerBench) {
	s := b.dying("a", b.topic("created"))
	m := b.message(b.topic("created"))
	b.receive(s.Name, refuse)
	b.publish(m)
	var deliveries atomic.Int64
	letters := b.deadLetters(map[string]driver.Message{m.ID: m}, func(context.Context, driver.Message) error {
		if deliveries.Add(1) <= 2 {
			return errRefused
		}
		return nil
	})
	want := m
	want.Subscription = s.Name
	for range 3 {
		wantsMessage(b, arrives(b, letters, "the arrival of the dead letter, three times"), want)
	}
}

func deadLetterOfSleeper(b *brokerBench) {
	s := b.subscription("a", b.topic("created"))
	s.MaxAttempts, s.AckWithin = b.caps.MaxAttempts, b.caps.AckWithin
	b.declares(s)
	m := b.message(b.topic("created"))
	b.receive(s.Name, func(ctx context.Context, _ driver.Message) error {
		<-ctx.Done()
		return nil // too late
	})
	b.publish(m)
	dead := arrives(b, b.deadLetters(map[string]driver.Message{m.ID: m}, done), "the arrival of the dead letter")
	want := m
	want.Subscription = s.Name
	wantsMessage(b, dead, want)
}
