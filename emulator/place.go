package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/worker"
)

// A place is where the system runs: a platform, and what carries messages to the
// functions.
type place struct {
	platform driver.Platform
	// run carries messages and ticks until ctx ends.
	run func(ctx context.Context, system *flow.System) error
	// close lets go of everything.
	close func() error
	// name tells people what it is.
	name string
}

// tickEvery is how often the agenda is looked at. On the clouds it is a minute.
const tickEvery = 250 * time.Millisecond

func openPlace(ctx context.Context, o options, c *chaos.Chaos, log *slog.Logger) (place, error) {
	if o.platform == "gcp" {
		return openGCP(ctx, c, log)
	}
	return openLocal(ctx, o.data, c, log)
}

// openLocal opens the embedded platform: SQLite and a broker in this process.
func openLocal(ctx context.Context, dir string, c *chaos.Chaos, log *slog.Logger) (place, error) {
	store, err := local.Open(ctx, dir, nil)
	if err != nil {
		return place{}, err
	}
	broker := store.Broker(nil)
	carrier := disturbed(broker, c)
	platform := local.Platform(store, carrier)
	platform.Reach = reachOf(c)
	return place{
		platform: platform,
		run: func(ctx context.Context, system *flow.System) error {
			return worker.Run(ctx, system, carrier, worker.Options{Tick: tickEvery, Log: log})
		},
		close: func() error { return errors.Join(broker.Close(), store.Close()) },
		name:  "local, data in " + dir,
	}, nil
}

func disturbed(b driver.Broker, c *chaos.Chaos) driver.Broker {
	if c == nil {
		return b
	}
	return c.Broker(b)
}

func reachOf(c *chaos.Chaos) func(context.Context, string) error {
	if c == nil {
		return nil
	}
	return c.Reach
}

// project names the emulated Google Cloud project.
const project = "onevent-emulator"

// openGCP starts Google's emulators and opens the platform of the cloud on them:
// Firestore, Pub/Sub, and the functions behind push subscriptions.
func openGCP(ctx context.Context, c *chaos.Chaos, log *slog.Logger) (place, error) {
	running, err := emulators.Start(ctx, emulators.Options{})
	if err != nil {
		return place{}, err
	}
	p, err := openCloud(ctx, running, c, log)
	if err != nil {
		return place{}, errors.Join(err, running.Stop())
	}
	return p, nil
}

func openCloud(ctx context.Context, e *emulators.Emulators, c *chaos.Chaos, log *slog.Logger) (place, error) {
	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{Project: project, Emulator: e.Firestore})
	if err != nil {
		return place{}, err
	}
	broker, err := gcp.NewBroker(ctx, gcp.BrokerOptions{Project: project, Emulator: e.PubSub})
	if err != nil {
		return place{}, errors.Join(err, store.Close())
	}
	carrier := disturbed(broker, c)
	platform := gcp.Platform(store, carrier)
	platform.Reach = reachOf(c)
	return place{
		platform: platform,
		run: func(ctx context.Context, system *flow.System) error {
			return runCloud(ctx, system, broker, c, log)
		},
		close: func() error { return errors.Join(broker.Close(), store.Close(), e.Stop()) },
		name:  fmt.Sprintf("gcp, Firestore at %s, Pub/Sub at %s", e.Firestore, e.PubSub),
	}, nil
}

// runCloud serves the functions as Cloud Run does, points push subscriptions at
// them, and ticks as Cloud Scheduler does.
func runCloud(ctx context.Context, system *flow.System, broker *gcp.Broker, c *chaos.Chaos, log *slog.Logger) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	h := host.For(system, log)
	h.Bind = "127.0.0.1"
	if c != nil {
		for name, handle := range h.Functions {
			h.Functions[name] = c.Disturb(handle)
		}
	}
	endpoint := func(subscription string) string { return "http://127.0.0.1:" + port + "/" + subscription }
	subscriptions := system.Subscriptions()
	for i := range subscriptions {
		// A laptop's patience is shorter than the cloud's.
		subscriptions[i].MinBackoff, subscriptions[i].MaxBackoff, subscriptions[i].MaxAttempts = time.Second, 10*time.Second, 100
	}
	if err := broker.DeclarePush(ctx, endpoint, subscriptions...); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { cancel(worker.Tend(ctx, system, broker, worker.Options{Tick: tickEvery, Log: log})) }()
	err = h.Serve(ctx, port)
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

func freePort(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("free port: %w", err)
	}
	defer listener.Close() //nolint:errcheck // the port is what is wanted
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}
