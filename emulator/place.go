package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/worker"
	"github.com/onevent/onevent/internal/loopback"
)

// A place is where the system runs: a platform, and what carries messages to the
// functions.
type place struct {
	platform driver.Platform
	// declare subscribes the functions to their events: before anything is
	// published, or it would be lost.
	declare func(ctx context.Context, system *flow.System) error
	// run carries messages and ticks until ctx ends. Observers are those of the system;
	// a place that handles events elsewhere tells them itself.
	run func(ctx context.Context, system *flow.System, observers []observer) error
	// backlog returns how many messages wait to be handled; nil if that is not
	// known.
	backlog func(context.Context) (int, error)
	// close lets go of everything.
	close func() error
	// name tells people what it is.
	name string
}

// tickEvery is how often the agenda is looked at. On the clouds it is a minute.
const tickEvery = 250 * time.Millisecond

// openPlace opens the place that the options name. What the functions need to know
// of the world outside is for those that are programs of their own.
func openPlace(ctx context.Context, o options, world world, c *chaos.Chaos, log *slog.Logger) (place, error) {
	switch o.platform {
	case "gcp":
		return openGCP(ctx, c, log)
	case "aws":
		return openAWS(ctx, world, log)
	default:
		return openLocal(ctx, o, c, log)
	}
}

// openLocal opens the embedded platform: SQLite and a broker in this process.
func openLocal(ctx context.Context, o options, c *chaos.Chaos, log *slog.Logger) (place, error) {
	store, err := local.Open(ctx, o.data, nil)
	if err != nil {
		return place{}, err
	}
	broker := store.Broker(nil)
	carrier := disturbed(impatient{broker, o.ackWithin}, c)
	platform := local.Platform(store, broker)
	platform.Publisher = carrier
	return place{
		platform: platform,
		declare: func(ctx context.Context, system *flow.System) error {
			return carrier.Declare(ctx, system.Subscriptions()...)
		},
		run: func(ctx context.Context, system *flow.System, _ []observer) error {
			return worker.Run(ctx, system, carrier, worker.Options{Tick: tickEvery, Log: log})
		},
		backlog: func(context.Context) (int, error) { return store.Pending(), nil },
		close:   func() error { return errors.Join(broker.Close(), store.Close()) }, //nolint:contextcheck // closing is not to be cut short
		name:    "local, data in " + o.data,
	}, nil
}

// An impatient broker gives each handler the same time, if within is positive.
type impatient struct {
	driver.Broker

	within time.Duration
}

// Declare implements driver.Broker.
func (b impatient) Declare(ctx context.Context, subscriptions ...driver.Subscription) error {
	subscriptions = slices.Clone(subscriptions)
	for i := range subscriptions {
		subscriptions[i].AckWithin = cmp.Or(b.within, subscriptions[i].AckWithin)
	}
	return b.Broker.Declare(ctx, subscriptions...)
}

func disturbed(b driver.Broker, c *chaos.Chaos) driver.Broker {
	if c == nil {
		return b
	}
	return c.Broker(b)
}

func reachOf(c *chaos.Chaos) reach {
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
	port, err := loopback.Port()
	if err != nil {
		return place{}, errors.Join(err, broker.Close(), store.Close())
	}
	platform := gcp.Platform(store, disturbed(broker, c))
	return place{
		platform: platform,
		declare: func(ctx context.Context, system *flow.System) error {
			return declareCloud(ctx, system, broker, port)
		},
		run: func(ctx context.Context, system *flow.System, _ []observer) error {
			return runCloud(ctx, system, port, c, log)
		},
		close: func() error { return errors.Join(broker.Close(), store.Close(), e.Stop()) },
		name:  fmt.Sprintf("gcp, Firestore at %s, Pub/Sub at %s", e.Firestore, e.PubSub),
	}, nil
}

// declareCloud points push subscriptions at where the functions will be served.
func declareCloud(ctx context.Context, system *flow.System, broker *gcp.Broker, port string) error {
	subscriptions := system.Subscriptions()
	for i := range subscriptions {
		// A laptop's patience is shorter than the cloud's.
		subscriptions[i].MinBackoff, subscriptions[i].MaxBackoff, subscriptions[i].MaxAttempts = time.Second, 10*time.Second, 100
	}
	return broker.DeclarePush(ctx, func(name string) string { return localURL(port, name) }, subscriptions...)
}

func localURL(port, name string) string { return "http://127.0.0.1:" + port + "/" + name }

// runCloud serves the functions as Cloud Run does, and ticks as Cloud Scheduler
// does.
func runCloud(ctx context.Context, system *flow.System, port string, c *chaos.Chaos, log *slog.Logger) error {
	h := host.For(system, log)
	h.Bind = "127.0.0.1"
	if c != nil {
		for name, handle := range h.Functions {
			h.Functions[name] = c.Disturb(handle)
		}
	}
	go schedule(ctx, localURL(port, host.Tick))
	return h.Serve(ctx, port)
}

// schedule posts a tick again and again until ctx ends. A tick that fails is
// told by the host; the next one does what it left.
func schedule(ctx context.Context, url string) {
	for clock.Sleep(ctx, tickEvery) == nil {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
		if err != nil {
			return
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}
}
