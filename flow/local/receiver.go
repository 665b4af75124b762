package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A receiver delivers the messages of a queue to a handler.
type receiver struct {
	q        *queue
	settings driver.Subscription
	handle   func(context.Context, driver.Message) error
}

// run delivers until ctx ends, then waits for the handlers at work. It returns
// the error that ended it.
func (r *receiver) run(ctx context.Context) error {
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	slots := make(chan struct{}, r.settings.Concurrency)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		e, err := r.q.next(ctx)
		if err != nil {
			return err
		}
		deliveries.Go(func() {
			r.deliver(context.WithoutCancel(ctx), e)
			<-slots
		})
	}
}

// again is the pause after something other than the handler failed.
const again = time.Second

// deliver makes one attempt.
func (r *receiver) deliver(ctx context.Context, e *entry) {
	if e.suspect() {
		defer r.q.acquit()
	}
	if r.exhausted(e) {
		r.bury(ctx, e)
		return
	}
	m, err := r.q.load(ctx, e)
	if err != nil {
		r.q.delay(e, again)
		return
	}
	if m == nil {
		r.q.done(e)
		return
	}
	if err := r.count(ctx, e); err != nil {
		r.q.delay(e, again)
		return
	}
	r.attempt(ctx, e, r.copyOf(m, e.attempts))
}

// count counts an attempt that begins, on the disk where an earlier attempt may
// have ended a process.
func (r *receiver) count(ctx context.Context, e *entry) error {
	if e.doubtful {
		err := r.q.s.write(ctx, 0, func(t *tx) error {
			t.exec("UPDATE queue SET attempts = ? WHERE k = ?", int64(e.attempts+1), e.key)
			return nil
		})
		if err != nil {
			return err
		}
		e.doubtful = false
	}
	e.attempts++
	return nil
}

// copyOf returns a message that belongs to a handler.
func (r *receiver) copyOf(m *driver.Message, attempt int) driver.Message {
	c := driver.Message{
		ID: m.ID, Topic: m.Topic, Attributes: maps.Clone(m.Attributes), Data: bytes.Clone(m.Data),
		Subscription: m.Subscription, Attempt: attempt,
	}
	if c.Subscription == "" {
		c.Subscription = r.q.name
	}
	return c
}

var errTooSlow = errors.New("the handler took longer than AckWithin")

// attempt calls the handler. What comes first counts: its answer, or the end of
// its time.
func (r *receiver) attempt(ctx context.Context, e *entry, m driver.Message) {
	var settled atomic.Bool
	within, cancel := context.WithTimeout(ctx, r.settings.AckWithin)
	defer cancel()
	stop := context.AfterFunc(within, func() {
		if settled.CompareAndSwap(false, true) {
			r.failed(ctx, e, errTooSlow)
		}
	})
	err := r.call(within, m)
	stop()
	if within.Err() != nil {
		err = errTooSlow
	}
	if !settled.CompareAndSwap(false, true) {
		return
	}
	if err != nil {
		r.failed(ctx, e, err)
		return
	}
	r.q.done(e)
}

// call calls the handler, and returns a panic as an error.
func (r *receiver) call(ctx context.Context, m driver.Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler panicked: %v", p)
		}
	}()
	return r.handle(ctx, m)
}

// failed has a message delivered again, or buries it.
func (r *receiver) failed(ctx context.Context, e *entry, err error) {
	if r.exhausted(e) {
		r.bury(ctx, e)
		return
	}
	pause := r.pause(e.attempts, err)
	due := time.Now().Add(pause).UnixMicro()
	r.q.s.writer.later(shadow{key: e.key, attempts: e.attempts, due: due})
	r.q.delay(e, pause)
}

// pause returns how long to wait after an attempt: what the error asks for, or
// twice as long as after the one before, less up to a half so that those that
// failed together do not come back together.
func (r *receiver) pause(attempts int, err error) time.Duration {
	var exact interface{ After() time.Duration }
	if errors.As(err, &exact) {
		return max(0, exact.After())
	}
	pause := r.settings.MinBackoff
	for range attempts - 1 {
		if pause >= r.settings.MaxBackoff/2 {
			pause = r.settings.MaxBackoff
			break
		}
		pause *= 2
	}
	return max(r.settings.MinBackoff, pause-rand.N(pause/2+1)) //nolint:gosec // not a secret
}

// exhausted says whether a message had its last attempt. Dead letters have no
// last one.
func (r *receiver) exhausted(e *entry) bool {
	return e.attempts >= r.settings.MaxAttempts && r.q.name != driver.DeadLetters
}

// bury moves a message to the dead letters.
func (r *receiver) bury(ctx context.Context, e *entry) {
	dead := r.q.s.queues.dead
	var key int64
	err := r.q.s.submit(ctx, &op{
		apply: func(t *tx) error {
			dead.issued++
			key = dead.issued
			t.exec("UPDATE queue SET k = ?, attempts = 0, due = 0, origin = ? WHERE k = ?", key, r.q.n, e.key)
			return nil
		},
		committed: func() { dead.add(key, nil) },
	})
	if err != nil {
		r.q.delay(e, again)
		return
	}
	r.q.leave(e)
}
