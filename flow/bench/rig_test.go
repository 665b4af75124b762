package bench_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/bench/hop"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/worker"
)

// A rig is a system on the embedded platform, at work until the benchmark ends.
type rig struct {
	b      *testing.B
	store  *local.Store
	system *flow.System
	third  atomic.Int64 // chains that came to their end
	viewed atomic.Int64 // chains that came to the view
	ended  chan string  // chains that came to the view, where it is not nil
}

// newRig returns a rig with workers on all functions.
func newRig(b *testing.B, view bool) *rig {
	b.Helper()
	return openRig(b, view, true)
}

func openRig(b *testing.B, view, work bool) *rig {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	store, err := local.Open(ctx, b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	broker := store.Broker(nil)
	r := &rig{b: b, store: store}
	if r.system, err = flow.New(hop.App(view), local.Platform(store, broker), r.count); err != nil {
		b.Fatal(err)
	}
	if work {
		// Before anything is published: what nobody subscribes to is dropped.
		if err := broker.Declare(ctx, r.system.Subscriptions()...); err != nil {
			b.Fatal(err)
		}
	}
	var running sync.WaitGroup
	if work {
		running.Go(func() {
			if err := worker.Run(ctx, r.system, broker, worker.Options{}); err != nil {
				b.Error(err)
			}
		})
	}
	b.Cleanup(func() {
		cancel()
		running.Wait()
		if err := broker.Close(); err != nil {
			b.Error(err)
		}
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	return r
}

// count is the middleware that sees chains end.
func (r *rig) count(next flow.Handler) flow.Handler {
	return func(ctx context.Context, h *flow.Handling) error {
		err := next(ctx, h)
		switch {
		case err != nil:
		case h.Function == "hop-third" && !h.Repeated:
			r.third.Add(1)
		case h.Function == "chains":
			r.viewed.Add(1)
			if r.ended != nil {
				_, key, _ := strings.Cut(h.Event.Stream, "/")
				r.ended <- key
			}
		}
		return err
	}
}

var fill = strings.Repeat("x", 200)

// start starts a chain, once or several times.
func (r *rig) start(name string, times int) {
	r.b.Helper()
	body := fmt.Appendf(nil, `{"chain":%q,"sent":%d,"fill":%q,"times":%d}`, name, time.Now().UnixNano(), fill, times)
	if _, err := r.system.Execute(r.b.Context(), flow.Request{Command: "hop.start", Body: body}); err != nil {
		r.b.Error(err)
	}
}

// startAll starts n chains from a number of goroutines.
func (r *rig) startAll(n, goroutines int) {
	r.b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	for range goroutines {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				r.start(fmt.Sprintf("c%08d", i), 1)
			}
		})
	}
	group.Wait()
}

// await waits until a count has come to n.
func (r *rig) await(count *atomic.Int64, n int) {
	r.b.Helper()
	for count.Load() < int64(n) {
		if r.b.Context().Err() != nil {
			r.b.Fatal("ended before the chains did")
		}
		time.Sleep(time.Millisecond)
	}
}
