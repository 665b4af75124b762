package flowtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// patience is how long a broker may take to bring a message, on the real time.
	patience = time.Minute
	// heldFor is how long a world may keep a message before it handles it, on the
	// real time: the most that Pub/Sub knows.
	heldFor = 10 * time.Minute
	// maxHeld is how many messages of one subscription a world may keep.
	maxHeld = 1000
	// manyAttempts are more than the engine makes before it parks an event.
	manyAttempts = 100
)

// errAgain gives a message back.
var errAgain error = again{}

// An again is in place of the function's own error: that may ask for a pause, and
// stories do not wait.
type again struct{}

func (again) Error() string { return "the story goes on with another message" }

// After returns that the message may come back at once.
func (again) After() time.Duration { return 0 }

// A carrier brings messages through a broker. The world says which message it
// handles next; the broker brings it as it does in production, and delivers it
// again if it is given back. So the order is the story's, and all else is real.
//
// A copy that the world did not ask for stays with the carrier until the end.
type carrier struct {
	broker driver.Broker
	ctx    context.Context //nolint:containedctx // the test's

	mu       sync.Mutex
	arrived  map[parcel][]arrival
	changed  chan struct{} // closed, and replaced, by each arrival
	received map[string]bool
	failed   error
	running  sync.WaitGroup
}

// A parcel is one subscription's message.
type parcel struct{ subscription, id string }

// An arrival is a message that the broker delivers; settled takes what became of it.
type arrival struct {
	message driver.Message
	settled chan<- error
}

// newCarrier declares subscriptions. What they get is received until the test ends.
func newCarrier(t testing.TB, broker driver.Broker, subscriptions []driver.Subscription) *carrier {
	t.Helper()
	for i := range subscriptions {
		s := &subscriptions[i]
		s.AckWithin, s.Concurrency, s.MaxAttempts = heldFor, maxHeld, manyAttempts
		s.MinBackoff, s.MaxBackoff = time.Millisecond, time.Millisecond
	}
	if err := broker.Declare(t.Context(), subscriptions...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &carrier{
		broker: broker, ctx: ctx,
		arrived: map[parcel][]arrival{}, changed: make(chan struct{}), received: map[string]bool{},
	}
	t.Cleanup(func() {
		cancel()
		c.running.Wait()
	})
	return c
}

// receive begins to receive a subscription, which it does once.
func (c *carrier) receive(subscription string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.received[subscription] {
		return
	}
	c.received[subscription] = true
	c.running.Go(func() {
		if err := c.broker.Receive(c.ctx, subscription, c.arrive); err != nil {
			c.note(func() { c.failed = err })
		}
	})
}

// note changes what is known, and wakes who waits for it.
func (c *carrier) note(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.changed)
	c.changed = make(chan struct{})
}

// arrive keeps a message until the world has handled it.
func (c *carrier) arrive(_ context.Context, m driver.Message) error {
	settled := make(chan error, 1)
	key := parcel{m.Subscription, m.ID}
	c.note(func() { c.arrived[key] = append(c.arrived[key], arrival{m, settled}) })
	select {
	case err := <-settled:
		return err
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// take waits for a message.
func (c *carrier) take(ctx context.Context, subscription, id string) (arrival, error) {
	c.receive(subscription)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		a, changed, err := c.look(parcel{subscription, id})
		if changed == nil || err != nil {
			return a, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return arrival{}, fmt.Errorf("the broker does not bring %s to %s: %w", id, subscription, ctx.Err())
		}
	}
}

// look returns an arrival, or the channel that the next one closes.
func (c *carrier) look(key parcel) (a arrival, changed <-chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if all := c.arrived[key]; len(all) > 0 {
		c.arrived[key] = all[1:]
		return all[0], nil, nil
	}
	return arrival{}, c.changed, c.failed
}
