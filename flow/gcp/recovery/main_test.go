// Package recovery_test shows, on Google's own emulators and with the real
// application in processes of its own, that what breaks around the system heals.
package recovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/kitchen"
	"github.com/onevent/onevent/internal/require"
)

// hostVariable makes the test binary double as the program of a host.
const hostVariable = "ONEVENT_RECOVERY_HOST"

func TestMain(m *testing.M) {
	if text := os.Getenv(hostVariable); text != "" {
		time.AfterFunc(3*time.Minute, func() { os.Exit(1) }) // whatever goes wrong
		if err := serve(text); err != nil {
			fmt.Println("host:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	// These tests wait for other processes, not for a core.
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		if err := p.Value.Set("8"); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if shared.running != nil {
		if err := shared.running.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// shared are the emulators of those tests that leave them alone.
var shared struct {
	once    sync.Once
	running *emulators.Emulators
	err     error
}

// needShared returns the emulators that tests share.
func needShared(t *testing.T) *emulators.Emulators {
	t.Helper()
	shared.once.Do(func() {
		shared.running, shared.err = emulators.Start(context.Background(), emulators.Options{})
	})
	check(t, shared.err)
	return shared.running
}

// needOwn returns emulators of which one is the test's own, to be broken; the other
// is shared.
func needOwn(t *testing.T, own emulators.Service) *emulators.Emulators {
	t.Helper()
	all := needShared(t)
	others := map[string]string{"FIRESTORE_EMULATOR_HOST": all.Firestore, "PUBSUB_EMULATOR_HOST": all.PubSub}
	delete(others, map[emulators.Service]string{emulators.Firestore: "FIRESTORE_EMULATOR_HOST", emulators.PubSub: "PUBSUB_EMULATOR_HOST"}[own])
	e, err := emulators.Start(t.Context(), emulators.Options{Getenv: func(name string) string {
		if strings.HasSuffix(name, "_EMULATOR_HOST") {
			return others[name]
		}
		return os.Getenv(name)
	}})
	check(t, err)
	t.Cleanup(func() {
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// check ends the test if there are no emulators: it is skipped, or fails if
// ONEVENT_REQUIRE lists gcp.
func check(t *testing.T, err error) {
	t.Helper()
	require.Installed(t, "gcp", err, emulators.ErrMissing)
}

// A setup is what a host needs to know.
type setup struct {
	Project, Prefix      string
	Firestore, PubSub    string
	Restaurant, Payments string
	Port, Version        string
	// StopAfter, where it is not 0, has the process stop itself, as SIGSTOP does,
	// between a decision and its commit: the one with this number.
	StopAfter int64
}

// open returns the system of a setup, and what closes it.
func (s setup) open(ctx context.Context, middleware ...flow.Middleware) (*flow.System, *gcp.Store, *gcp.Broker, error) {
	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{Project: s.Project, Prefix: s.Prefix, Emulator: s.Firestore})
	if err != nil {
		return nil, nil, nil, err
	}
	broker, err := gcp.NewBroker(ctx, gcp.BrokerOptions{Project: s.Project, Prefix: s.Prefix, Emulator: s.PubSub})
	if err != nil {
		return nil, nil, nil, errors.Join(err, store.Close())
	}
	platform := gcp.Platform(store, broker)
	platform.Reach = s.reach()
	system, err := flow.New(functions.App(functions.Settings{
		AcceptWithin: time.Hour, CompleteWithin: time.Hour, Version: s.Version, // nothing falls due
		Watch:      flow.Watch{Grace: 2 * time.Second, PauseAfter: -1, Redrive: time.Second, MinProbe: time.Second},
		Restaurant: kitchen.HTTPRestaurant{URL: s.Restaurant}, Payments: billing.HTTPPayments{URL: s.Payments},
	}), platform, middleware...)
	if err != nil {
		return nil, nil, nil, errors.Join(err, broker.Close(), store.Close())
	}
	return system, store, broker, nil
}

// reach stops the process when it is time.
func (s setup) reach() func(context.Context, string) error {
	if s.StopAfter == 0 {
		return nil
	}
	var decided atomic.Int64
	return func(_ context.Context, point string) error {
		if point == flow.PointDecided && decided.Add(1) == s.StopAfter {
			return syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		}
		return nil
	}
}

// serve is the main of a host: functions and edge, until SIGTERM. It tells which
// outcomes it found in the log instead of writing them.
func serve(text string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var s setup
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	system, store, broker, err := s.open(ctx, func(next flow.Handler) flow.Handler {
		return func(ctx context.Context, h *flow.Handling) error {
			err := next(ctx, h)
			if err == nil && h.Repeated {
				fmt.Println("repeated", h.Function, h.Event.ID)
			}
			return err
		}
	})
	if err != nil {
		return err
	}
	h := host.For(system, nil)
	h.Bind = "127.0.0.1"
	h.Handlers["edge"] = edge.New(system, edge.Options{Timeout: 80 * time.Second, CommandWithin: 40 * time.Second}) // a busy machine is no outage
	err = h.Serve(ctx, s.Port)
	return errors.Join(err, broker.Close(), store.Close())
}

// subscriptions returns what to declare, with less patience than a cloud has.
func subscriptions(system *flow.System) []driver.Subscription {
	all := system.Subscriptions()
	for i := range all {
		all[i].MinBackoff, all[i].MaxBackoff, all[i].MaxAttempts = time.Second, 2*time.Second, 100
		all[i].AckWithin = ackWithin
	}
	return all
}

// ackWithin is the shortest that Pub/Sub knows.
const ackWithin = 10 * time.Second
