package drivertest

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

func closeClauses() []brokerClause {
	return []brokerClause{
		{"Receive ends with its context", receiveEnds},
		{"Receive waits for the handlers at work, and lets them finish", receiveWaits},
		{"Close ends every Receive and waits for the handlers at work", closeWaits},
		{"Close while messages pause does not wait for them", closeWhilePausing},
		{"Publish after Close is an error", publishAfterClose},
	}
}

func receiveEnds(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	b.receive(name, nil).end()
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	if err := b.broker.Receive(ctx, name, done); err != nil {
		b.Fatalf("Receive with an ended context: %v", err)
	}
}

// atWork starts a Receive whose one handler waits for release, and says at the
// end whether its context was alive.
func (b *brokerBench) atWork(result error) (in *inbox, m driver.Message, release chan struct{}, alive *atomic.Bool) {
	b.Helper()
	release, alive = make(chan struct{}), new(atomic.Bool)
	in = b.receive(b.declared("a", b.topic("created")), func(ctx context.Context, _ driver.Message) error {
		b.hold(release)
		alive.Store(ctx.Err() == nil)
		return result
	})
	m = b.message(b.topic("created"))
	b.publish(m)
	in.same(in.next(), m)
	return in, m, release, alive
}

func receiveWaits(b *brokerBench) {
	in, _, release, alive := b.atWork(nil)
	in.cancel()
	absent(b, in.done, "Receive returned before its handler")
	close(release)
	in.end()
	if !alive.Load() {
		b.Fatal("the end of Receive ended the context of a handler at work")
	}
	b.receive(in.name, nil).wantsQuiet("that was done as Receive ended")
}

func closeWaits(b *brokerBench) {
	in, _, release, alive := b.atWork(nil)
	closed := make(chan error, 1)
	go func() { closed <- b.broker.Close() }()
	absent(b, closed, "Close returned before a handler at work")
	close(release)
	if err := arrives(b, closed, "the end of Close"); err != nil {
		b.Fatalf("Close: %v", err)
	}
	if !alive.Load() {
		b.Fatal("Close ended the context of a handler at work")
	}
	_ = arrives(b, in.done, "the end of Receive") // whatever it returns
}

func closeWhilePausing(b *brokerBench) {
	s := b.subscription("a", b.topic("created"))
	s.MinBackoff, s.MaxBackoff = 5*time.Minute, 10*time.Minute
	b.declares(s)
	messages := b.messages(b.topic("created"), 10)
	in := b.receive(s.Name, refuse)
	b.publish(messages...)
	in.wants(messages...)
	closed := make(chan error, 1)
	go func() { closed <- b.broker.Close() }()
	if err := arrives(b, closed, "the end of Close"); err != nil {
		b.Fatalf("Close: %v", err)
	}
	_ = arrives(b, in.done, "the end of Receive") // whatever it returns
}

func publishAfterClose(b *brokerBench) {
	b.declared("a", b.topic("created"))
	if err := b.broker.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	if err := b.broker.Publish(b.Context(), b.message(b.topic("created"))); err == nil {
		b.Fatal("Publish after Close returned nil")
	}
}

func durableClauses() []brokerClause {
	clauses := []brokerClause{
		{"messages that nobody received survive Close", unreceivedSurvive},
		{"messages that failed survive Close", failedSurvive},
		{"a message that was done as the broker closed is done", doneSurvives},
		{"messages that were accepted as the broker closed survive Close", acceptedSurvive},
	}
	for i, c := range clauses {
		clauses[i].test = func(b *brokerBench) {
			b.needs(b.caps.Durable, "that messages survive Close")
			c.test(b)
		}
	}
	return clauses
}

func unreceivedSurvive(b *brokerBench) {
	one, other := b.declared("one", b.topic("created")), b.declared("other", b.topic("created"))
	messages := b.messages(b.topic("created"), 30)
	b.publish(messages...)
	b.receive(one, nil).wants(messages...)
	b.reopen()
	b.receive(other, nil).wants(messages...)
	b.receive(one, nil).wantsQuiet("that was done before Close")
}

func failedSurvive(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	messages := b.messages(b.topic("created"), 5)
	in := b.receive(name, refuse)
	b.publish(messages...)
	in.wants(messages...)
	b.reopen()
	in = b.receive(name, nil)
	in.wants(messages...)
}

func doneSurvives(b *brokerBench) {
	in, m, release, _ := b.atWork(nil)
	closed := make(chan error, 1)
	go func() { closed <- b.broker.Close() }()
	close(release)
	if err := arrives(b, closed, "the end of Close"); err != nil {
		b.Fatalf("Close: %v", err)
	}
	b.reopen()
	after := b.message(m.Topic)
	b.publish(after)
	again := b.receive(in.name, nil)
	again.wants(after)
	again.wantsQuiet("that was done before Close")
}

// acceptedSurvive closes the broker under the hands of its publishers.
func acceptedSurvive(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	var mu sync.Mutex
	var accepted []driver.Message
	enough := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10_000 {
				m := b.message(b.topic("created"))
				if b.broker.Publish(b.Context(), m) != nil {
					return
				}
				mu.Lock()
				if accepted = append(accepted, m); len(accepted) == 20 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	arrives(b, enough, "the first Publish")
	if err := b.broker.Close(); err != nil {
		b.Fatalf("Close: %v", err)
	}
	group.Wait()
	b.reopen()
	in := b.receive(name, nil)
	missing := map[string]bool{}
	for _, m := range accepted {
		missing[m.ID] = true
	}
	for len(missing) > 0 { // others, whose Publish failed, may come too
		delete(missing, in.next().ID)
	}
}
