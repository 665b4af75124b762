// Package worker is the shell around the engine: the goroutines that receive
// messages and look at the agenda. A [flow.System] starts none itself.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// Options are how a worker works. The zero value is useful.
type Options struct {
	// Tick is the pause between two looks at the agenda; 0 means 250 ms.
	Tick time.Duration
	// Functions are the names of the functions and views whose messages the
	// worker receives; empty means all.
	Functions []string
	// Log gets what went wrong; nil means that nobody wants to know.
	Log *slog.Logger
}

const defaultTick = 250 * time.Millisecond

// Run declares all subscriptions of a system, then handles their messages, buries
// dead letters and ticks, until ctx ends. Then it lets the handlers at work
// finish and returns nil. What goes wrong with a message or a tick is logged, and
// the broker or the agenda bring it again; an error is returned only if a
// subscription can't be declared or received.
func Run(ctx context.Context, system *flow.System, broker driver.Broker, o Options) error {
	subscriptions := system.Subscriptions()
	names, err := o.pick(subscriptions)
	if err != nil {
		return err
	}
	// All are declared, also those that another process receives: a subscription
	// gets only what is published after it was declared.
	if err := broker.Declare(ctx, subscriptions...); err != nil {
		return fmt.Errorf("worker: declare: %w", err)
	}
	return newShell(system, broker, o).run(ctx, names)
}

// pick returns the subscriptions to receive.
func (o Options) pick(all []driver.Subscription) ([]string, error) {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	if len(o.Functions) == 0 {
		return names, nil
	}
	for _, name := range o.Functions {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("worker: function %q takes no messages: %w", name, flow.ErrUnknown)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(o.Functions))), nil
}

// A shell is a worker at work.
type shell struct {
	system *flow.System
	broker driver.Broker
	tick   time.Duration
	log    *slog.Logger
}

func newShell(system *flow.System, broker driver.Broker, o Options) *shell {
	s := &shell{system: system, broker: broker, tick: o.Tick, log: o.Log}
	if s.tick <= 0 {
		s.tick = defaultTick
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// run receives and ticks until ctx ends or one Receive does, waits for all
// goroutines, and returns the error of the first Receive that ended too early.
func (s *shell) run(ctx context.Context, names []string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	failed := make(chan error, len(names)+1)
	receive := func(name string, handle handler) {
		group.Go(func() {
			if err := s.receive(ctx, name, handle); err != nil {
				failed <- err
				stop()
			}
		})
	}
	for _, name := range names {
		receive(name, s.system.Deliver)
	}
	receive(driver.DeadLetters, s.system.Bury)
	group.Go(func() { s.keepTicking(ctx) })
	group.Wait()
	close(failed)
	return <-failed
}

type handler func(context.Context, driver.Message) error

// receive receives one subscription until ctx ends.
func (s *shell) receive(ctx context.Context, name string, handle handler) error {
	err := s.broker.Receive(ctx, name, func(ctx context.Context, m driver.Message) error {
		err := safely(func() error { return handle(ctx, m) })
		if err != nil && !errors.Is(err, context.Canceled) {
			s.log.WarnContext(ctx, "message comes again", "subscription", name, "message", m.ID, "attempt", m.Attempt, "error", err)
		}
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil //nolint:nilerr // it was told to end
	case err == nil:
		err = errors.New("the broker was closed")
	}
	return fmt.Errorf("worker: receive %s: %w", name, err)
}
