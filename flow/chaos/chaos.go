// Package chaos makes a platform behave as badly as the clouds may: messages are
// duplicated, delayed, reordered and dropped until they are redelivered,
// acknowledgements are lost, publishers are told of a failure that was none, and
// instances of functions are killed between any two steps. A system that runs on
// package flow gives the same results with it as without.
package chaos

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Rates say how often each fault strikes, as a share from 0 to 1.
type Rates struct {
	// Duplicate delivers a message twice, the second time later.
	Duplicate float64
	// Delay delivers a message up to MaxDelay later, so that others overtake it.
	Delay float64
	// MaxDelay bounds Delay; 0 means 200 ms.
	MaxDelay time.Duration
	// Drop gives a message back undelivered, to come again.
	Drop float64
	// LoseAck gives a message back that was handled, to come again.
	LoseAck float64
	// FailPublish accepts messages and reports an error.
	FailPublish float64
	// Kill ends an instance at a point between two steps.
	Kill float64
}

// Wild are rates at which hardly a flow ends without several faults.
func Wild() Rates {
	return Rates{Duplicate: 0.2, Delay: 0.2, Drop: 0.1, LoseAck: 0.1, FailPublish: 0.05, Kill: 0.02}
}

// A Chaos decides which faults strike, and counts them.
type Chaos struct {
	rates Rates
	mu    sync.Mutex
	rand  *rand.Rand

	duplicated, delayed, dropped, ackLost, publishFailed, killed atomic.Int64
}

// New returns a chaos. The seed decides the faults, but as long as goroutines
// race it does not decide where they strike.
func New(seed uint64, rates Rates) *Chaos {
	if rates.MaxDelay == 0 {
		rates.MaxDelay = 200 * time.Millisecond
	}
	return &Chaos{rates: rates, rand: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // not for secrets
}

// String tells how often each fault struck.
func (c *Chaos) String() string {
	return fmt.Sprintf("%d duplicated, %d delayed, %d dropped, %d acknowledgements lost, %d publishes failed, %d instances killed",
		c.duplicated.Load(), c.delayed.Load(), c.dropped.Load(), c.ackLost.Load(), c.publishFailed.Load(), c.killed.Load())
}

// strikes says whether a fault of a rate strikes, and counts it.
func (c *Chaos) strikes(rate float64, count *atomic.Int64) bool {
	c.mu.Lock()
	hit := c.rand.Float64() < rate
	c.mu.Unlock()
	if hit {
		count.Add(1)
	}
	return hit
}

// pause returns a time up to MaxDelay.
func (c *Chaos) pause() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(c.rand.Int64N(int64(c.rates.MaxDelay)))
}

// The errors that the faults look like.
var (
	ErrKilled  = errors.New("chaos: the instance was killed")
	errDropped = errors.New("chaos: the message was dropped")
	errAckLost = errors.New("chaos: the acknowledgement was lost")
	errPublish = errors.New("chaos: the answer to a publish was lost")
)
