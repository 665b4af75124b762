package worker_test

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A queue is a broker in memory that redelivers what failed after a second.
type queue struct {
	mu       sync.Mutex
	declared map[string]driver.Subscription
	waiting  map[string]chan driver.Message
	received map[string]bool

	declareErr error
	// receiveErr is what Receive of a subscription returns at once.
	receiveErr map[string]error
	closed     chan struct{}
}

func newQueue() *queue {
	return &queue{
		declared: map[string]driver.Subscription{}, waiting: map[string]chan driver.Message{},
		received: map[string]bool{}, receiveErr: map[string]error{}, closed: make(chan struct{}),
	}
}

func (q *queue) Publish(_ context.Context, messages ...driver.Message) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range messages {
		for name, s := range q.declared {
			for _, topic := range s.Topics {
				if topic == m.Topic {
					m.Subscription = name
					q.channel(name) <- m
				}
			}
		}
	}
	return nil
}

// channel returns the messages of a subscription; q.mu is held.
func (q *queue) channel(name string) chan driver.Message {
	if q.waiting[name] == nil {
		q.waiting[name] = make(chan driver.Message, 1000)
	}
	return q.waiting[name]
}

func (q *queue) Declare(_ context.Context, subscriptions ...driver.Subscription) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, s := range subscriptions {
		q.declared[s.Name] = s
	}
	return q.declareErr
}

func (q *queue) Receive(ctx context.Context, name string, handle func(context.Context, driver.Message) error) error {
	q.mu.Lock()
	messages, err := q.channel(name), q.receiveErr[name]
	q.received[name] = true
	q.mu.Unlock()
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	defer group.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-q.closed:
			return nil
		case m := <-messages:
			group.Go(func() { q.deliver(ctx, m, messages, handle) })
		}
	}
}

func (*queue) deliver(ctx context.Context, m driver.Message, messages chan driver.Message, handle func(context.Context, driver.Message) error) {
	m.Attempt++
	if handle(context.WithoutCancel(ctx), m) == nil {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
		messages <- m
	}
}

func (q *queue) Close() error {
	close(q.closed)
	return nil
}

func (q *queue) receives(name string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.received[name]
}

var errBroken = errors.New("broken")
