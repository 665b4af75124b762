package host

import (
	"context"
	"log/slog"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// For returns the host of a system: each function and view behind its queue, the
// dead letters, and the tick. The HTTP edge is for main to add.
func For(system *flow.System, queues Queues, log *slog.Logger) Host {
	h := Host{
		Functions: map[string]func(context.Context, driver.Message) error{driver.DeadLetters: system.Bury},
		Tick:      func(ctx context.Context) error { return tick(ctx, system) },
		Queues:    queues,
		Log:       log,
	}
	for _, s := range system.Subscriptions() {
		h.Functions[s.Name] = system.Deliver
	}
	return h
}

// tick does what has fallen due, until nothing more has. What failed stays for the
// next tick.
func tick(ctx context.Context, system *flow.System) error {
	for {
		ticked, err := system.Tick(ctx)
		if err != nil || !ticked.More {
			return err
		}
	}
}
