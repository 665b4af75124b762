package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

type handler = func(context.Context, driver.Message) error

// Receive implements driver.Broker. A handler at work when ctx ends or the
// broker is closed keeps its context and may finish. It returns an error that
// wraps driver.ErrNotFound if there is no such subscription.
func (b *Broker) Receive(ctx context.Context, subscription string, handle func(context.Context, driver.Message) error) error {
	q, err := b.enter(subscription)
	if err != nil {
		return fmt.Errorf("memory: receive %s: %w", subscription, err)
	}
	defer b.receiving.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)() //nolint:contextcheck // Close ends the broker's life, not its caller

	slots := make(chan struct{}, b.settings(q).Concurrency)
	var working sync.WaitGroup
	defer working.Wait()
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		p := b.next(ctx, q)
		if p == nil {
			return nil
		}
		working.Go(func() {
			defer func() { <-slots }()
			b.work(ctx, q, p, handle)
		})
	}
}

// enter finds a subscription and lets Close wait for its Receive.
func (b *Broker) enter(subscription string) (*queue, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errClosed
	}
	q, ok := b.queues[subscription]
	if !ok {
		return nil, driver.ErrNotFound
	}
	b.receiving.Add(1)
	return q, nil
}

func (b *Broker) settings(q *queue) driver.Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	return q.settings
}

// next waits for a parcel that is due. It returns nil when ctx ends.
func (b *Broker) next(ctx context.Context, q *queue) *parcel {
	for ctx.Err() == nil {
		b.mu.Lock()
		p, wait := q.take(time.Now())
		changed := q.changed
		b.mu.Unlock()
		if p != nil {
			return p
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// work delivers a parcel and settles it: with what the handler returned, or with
// the end of its time, whichever comes first. A handler that panics, or ends its
// goroutine, has failed.
func (b *Broker) work(ctx context.Context, q *queue, p *parcel, handle handler) {
	delivery, within := p.delivery(), b.settings(q).AckWithin
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	inTime := context.AfterFunc(ctx, func() { b.settle(q, p, context.DeadlineExceeded) })
	err := protect(func() error { return handle(ctx, delivery) })
	if inTime() {
		b.settle(q, p, cmp.Or(err, ctx.Err()))
	}
}

func protect(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("memory: the handler panicked: %v", r)
		}
	}()
	return f()
}

// settle ends an attempt. The message is done, waits for its next attempt, or
// becomes a dead letter.
func (b *Broker) settle(q *queue, p *parcel, err error) {
	var asked interface{ After() time.Duration }
	pause := time.Duration(-1)
	if errors.As(err, &asked) {
		pause = max(0, asked.After())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil {
		b.held--
		return
	}
	dead := b.queues[driver.DeadLetters]
	if q != dead && p.attempts >= q.settings.MaxAttempts {
		dead.add(&parcel{message: p.message, due: time.Now()})
		return
	}
	if pause < 0 {
		pause = backoff(q.settings, p.attempts)
	}
	if limit := b.options.MaxPause; limit > 0 {
		pause = min(pause, limit)
	}
	p.due = time.Now().Add(pause)
	q.add(p)
}

// backoff is the pause after an attempt: twice the one before, within bounds.
func backoff(s driver.Subscription, attempts int) time.Duration {
	pause := s.MinBackoff
	for range attempts - 1 {
		if pause = 2 * pause; pause >= s.MaxBackoff {
			return s.MaxBackoff
		}
	}
	return pause
}
