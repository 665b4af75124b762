package drivertest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// errRefused is what failing handlers return.
var errRefused = errors.New("drivertest: refused")

func redeliveryClauses() []brokerClause {
	return []brokerClause{
		{"a message whose handler returned an error is delivered again", func(b *brokerBench) {
			comesAgain(b, func() error { return errRefused })
		}},
		{"a message whose handler panicked is delivered again", func(b *brokerBench) {
			comesAgain(b, func() error { panic("drivertest: a handler panics") })
		}},
		{"a message whose handler takes longer than AckWithin is delivered again", missedDeadline},
		{"the context of a handler ends after AckWithin", handlerContextEnds},
		{"a message that fails holds up no other", failureHoldsUpNoOther},
		{"a message that fails in one subscription is done in another", failureIsOwn},
		{"a message that failed is delivered by a later Receive", laterReceive},
	}
}

// comesAgain fails the first two deliveries of a message.
func comesAgain(b *brokerBench, fail func() error) {
	var deliveries atomic.Int64
	in := b.receive(b.declared("a", b.topic("created")), func(context.Context, driver.Message) error {
		if deliveries.Add(1) <= 2 {
			return fail()
		}
		return nil
	})
	m := b.message(b.topic("created"))
	b.publish(m)
	for attempt := 1; attempt <= 3; attempt++ {
		got := in.next()
		in.same(got, m)
		if b.caps.CountsAttempts && got.Attempt != attempt {
			b.Fatalf("delivery %d says that it is attempt %d", attempt, got.Attempt)
		}
	}
	in.wantsQuiet("that was done at last")
}

// missedDeadline has a handler that does not look at its context. What it says
// at last does not count: the message is done by then.
func missedDeadline(b *brokerBench) {
	s := b.subscription("a", b.topic("created"))
	s.AckWithin, s.Concurrency = b.caps.AckWithin, 4
	b.declares(s)
	var deliveries atomic.Int64
	release := make(chan struct{})
	in := b.receive(s.Name, func(context.Context, driver.Message) error {
		if deliveries.Add(1) == 1 {
			b.hold(release)
			return errRefused
		}
		return nil
	})
	m := b.message(b.topic("created"))
	b.publish(m)
	in.same(in.next(), m)
	in.same(in.next(), m) // while the first handler is still at work
	close(release)
	in.wantsQuiet("that was done by its second handler")
	in.end()
}

func handlerContextEnds(b *brokerBench) {
	s := b.subscription("a", b.topic("created"))
	s.AckWithin = b.caps.AckWithin
	b.declares(s)
	ends := make(chan error, 100)
	var deliveries atomic.Int64
	in := b.receive(s.Name, func(ctx context.Context, _ driver.Message) error {
		if deliveries.Add(1) > 1 {
			return nil
		}
		<-ctx.Done()
		ends <- ctx.Err()
		return ctx.Err()
	})
	m := b.message(b.topic("created"))
	b.publish(m)
	if err := arrives(b, ends, "the end of a handler's context"); err == nil {
		b.Fatal("a handler's context ended without an error")
	}
	in.same(in.next(), m)
	in.same(in.next(), m)
}

func failureHoldsUpNoOther(b *brokerBench) {
	bad := b.message(b.topic("created"))
	s := b.subscription("a", b.topic("created"))
	s.Concurrency = 1
	b.declares(s)
	done := make(chan driver.Message, 1000)
	b.receive(s.Name, func(_ context.Context, m driver.Message) error {
		if m.ID == bad.ID {
			return errRefused
		}
		done <- m
		return nil
	})
	b.publish(bad)
	good := b.messages(b.topic("created"), 20)
	b.publish(good...)
	missing := map[string]bool{}
	for _, m := range good {
		missing[m.ID] = true
	}
	for len(missing) > 0 {
		delete(missing, arrives(b, done, "the arrival of every other message").ID)
	}
}

func failureIsOwn(b *brokerBench) {
	var failures atomic.Int64
	bad := b.receive(b.declared("bad", b.topic("created")), func(context.Context, driver.Message) error {
		if failures.Add(1) <= 3 {
			return errRefused
		}
		return nil
	})
	good := b.receive(b.declared("good", b.topic("created")), nil)
	m := b.message(b.topic("created"))
	b.publish(m)
	for range 4 {
		bad.same(bad.next(), m)
	}
	good.wants(m)
	good.wantsQuiet("because another subscription failed")
}

func laterReceive(b *brokerBench) {
	name := b.declared("a", b.topic("created"))
	m := b.message(b.topic("created"))
	b.publish(m)
	first := b.receive(name, refuse)
	first.same(first.next(), m)
	first.end()
	later := b.receive(name, nil)
	got := later.next()
	later.same(got, m)
	if b.caps.CountsAttempts && got.Attempt < 2 {
		b.Fatalf("a later Receive says that it is attempt %d", got.Attempt)
	}
}

func pauseClauses() []brokerClause {
	return []brokerClause{
		{"a message that failed pauses for MinBackoff", failurePauses},
		{"an error with an After sets the pause", afterSetsPause},
	}
}

// failurePauses has a subscription with a pause that the test does not live to
// see, and another that goes on meanwhile.
func failurePauses(b *brokerBench) {
	b.needs(b.caps.HonoursBackoff, "to pause for MinBackoff")
	slow, fast := b.subscription("slow", b.topic("created")), b.subscription("fast", b.topic("created"))
	slow.MinBackoff, slow.MaxBackoff = 5*time.Minute, 10*time.Minute
	b.declares(slow, fast)
	paused, busy := b.receive(slow.Name, refuse), b.receive(fast.Name, refuse)
	m := b.message(b.topic("created"))
	b.publish(m)
	paused.same(paused.next(), m)
	for range 4 {
		busy.same(busy.next(), m)
	}
	paused.wantsQuiet("that was to pause")
}

// An afterError asks to be tried again after a time, as flow.Retry does.
type afterError time.Duration

// Error implements error.
func (e afterError) Error() string { return "drivertest: again after " + time.Duration(e).String() }

// After returns the pause.
func (e afterError) After() time.Duration { return time.Duration(e) }

// afterSetsPause has a message that asks for a long pause where the broker's is
// short, and one that asks for a short pause where the broker's is long.
func afterSetsPause(b *brokerBench) {
	b.needs(b.caps.HonoursAfter, "to honour After")
	slow, fast := b.subscription("slow", b.topic("created")), b.subscription("fast", b.topic("created"))
	slow.MinBackoff, slow.MaxBackoff = 5*time.Minute, 10*time.Minute
	b.declares(slow, fast)
	again := func(pause time.Duration) handler {
		return func(context.Context, driver.Message) error {
			return errors.Join(errRefused, afterError(pause))
		}
	}
	soon, late := b.receive(slow.Name, again(b.caps.Backoff)), b.receive(fast.Name, again(5*time.Minute))
	m := b.message(b.topic("created"))
	b.publish(m)
	late.same(late.next(), m)
	for range 4 {
		soon.same(soon.next(), m)
	}
	late.wantsQuiet("that was to pause")
}
