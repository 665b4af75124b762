package cloud_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/api/option"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/bench/hop"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/worker"
)

// A rig is a system of chains on the emulators. Nobody handles its events until
// handle is called, so that what commands cost and what events cost can be told
// apart.
type rig struct {
	tb      testing.TB
	store   *gcp.Store
	broker  *gcp.Broker
	system  *flow.System
	scales  *scales
	handled chan bool // for each handled event: whether it was handled before
}

func newRig(tb testing.TB) *rig {
	tb.Helper()
	google, prefix := needEmulators(tb), fmt.Sprintf("b%x-", rand.Uint64())
	r := &rig{tb: tb, scales: &scales{}, handled: make(chan bool, 1024)}
	conn := r.scales.dial(tb, google.Firestore)
	var err error
	r.store, err = gcp.OpenStore(tb.Context(), gcp.StoreOptions{
		Project: project, Prefix: prefix, Client: []option.ClientOption{option.WithGRPCConn(conn)},
	})
	if err != nil {
		tb.Fatal(err)
	}
	r.broker, err = gcp.NewBroker(tb.Context(), gcp.BrokerOptions{Project: project, Prefix: prefix, Emulator: google.PubSub})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(r.close)
	platform := gcp.Platform(r.store, r.broker)
	platform.Agenda = untouched{platform.Agenda}
	app := hop.App(false)
	app.Watch.Grace = -1 // what the sweep reads is by the minute too
	if r.system, err = flow.New(app, platform, r.count); err != nil {
		tb.Fatal(err)
	}
	// Before anything is published: what nobody subscribes to is dropped.
	if err := r.broker.Declare(tb.Context(), r.system.Subscriptions()...); err != nil {
		tb.Fatal(err)
	}
	return r
}

func (r *rig) close() {
	if err := r.broker.Close(); err != nil {
		r.tb.Error(err)
	}
	if err := r.store.Close(); err != nil {
		r.tb.Error(err)
	}
}

// An untouched agenda has nothing due and does not look: what a tick reads is by
// the minute, not by the event.
type untouched struct{ driver.Agenda }

// Due returns nothing.
func (untouched) Due(context.Context, driver.Kind, driver.Time, int) iter.Seq2[driver.Item, error] {
	return func(func(driver.Item, error) bool) {}
}

// count is the middleware that sees events handled, with all that this costs
// behind them.
func (r *rig) count(next flow.Handler) flow.Handler {
	return func(ctx context.Context, h *flow.Handling) error {
		err := next(ctx, h)
		if err == nil && h.Kind == flow.KindOn {
			select {
			case r.handled <- h.Repeated:
			case <-ctx.Done():
			}
		}
		return err
	}
}

// usage returns what was used until now, of both services.
func (r *rig) usage() gcp.Usage {
	u, published := r.store.Usage(), r.broker.Usage()
	u.Publishes, u.Messages = published.Publishes, published.Messages
	return u.Counts()
}

// command starts n chains, which nobody continues, and returns what that used.
func (r *rig) command(n int) gcp.Usage {
	r.tb.Helper()
	before := r.usage()
	var next atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				r.start(i)
			}
		})
	}
	group.Wait()
	return r.usage().Sub(before)
}

// start starts a chain whose events weigh what they do in the benchmarks of the
// embedded platform.
func (r *rig) start(i int64) {
	r.tb.Helper()
	body := fmt.Appendf(nil, `{"chain":"c%08d","sent":%d,"fill":%q}`, i, 1e18+i, strings.Repeat("x", 200))
	if _, err := r.system.Execute(r.tb.Context(), flow.Request{Command: "hop.start", Body: body}); err != nil {
		r.tb.Error(err)
	}
}

// handle works until n events are handled, and returns what that used, and how
// many of them came again.
func (r *rig) handle(n int) (used gcp.Usage, repeated int) {
	r.tb.Helper()
	ctx, cancel := context.WithCancel(r.tb.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	before := r.usage()
	working.Go(func() {
		defer cancel()
		if err := worker.Run(ctx, r.system, r.broker, worker.Options{}); err != nil {
			r.tb.Error(err)
		}
	})
	for done := 0; done < n; {
		select {
		case again := <-r.handled:
			if again {
				repeated++
			} else {
				done++
			}
		case <-time.After(30 * time.Second):
			r.tb.Fatalf("nothing handled for 30s after %d of %d events", done, n)
		case <-ctx.Done():
			r.tb.Fatalf("ended after %d of %d events", done, n)
		}
	}
	return r.usage().Sub(before), repeated
}
