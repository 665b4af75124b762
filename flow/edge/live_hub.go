package edge

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/clock"
)

const (
	// maxHubBytes is how much all that is followed may hold in memory.
	maxHubBytes = 256 << 20
	// hubReads is how many topics are read at once.
	hubReads = 32
	// hubRetry is when a topic that could not be read, or watched, is tried
	// again.
	hubRetry = time.Second
)

// A hub lets all who follow the same thing share one watch and one read for each
// change, however many they are.
type hub struct {
	system    *flow.System
	log       *slog.Logger
	most      int
	every     time.Duration
	heartbeat time.Duration
	timeout   time.Duration // of a read
	within    time.Duration // of a write
	leaving   <-chan struct{}
	reading   chan struct{} // holds a token for each read
	bytes     atomic.Int64  // that the topics hold

	mu      sync.Mutex
	topics  map[string]*topic
	readers int
}

func newHub(system *flow.System, o Options) *hub {
	return &hub{
		system: system, log: o.Log, most: o.MaxLive, every: o.LiveEvery, heartbeat: o.Heartbeat, timeout: o.Timeout, within: o.LiveWithin,
		leaving: o.Leaving, reading: make(chan struct{}, hubReads), topics: map[string]*topic{},
	}
}

// join returns the topic of a source, which it begins to watch if nobody does
// yet, and the function that leaves it, which must be called once.
func (h *hub) join(s source) (*topic, func(), error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers >= h.most || h.bytes.Load() > maxHubBytes {
		return nil, nil, problem(http.StatusServiceUnavailable, "too-many-live", "%d streams are open already; come back later", h.readers)
	}
	t := h.topics[s.name]
	if t == nil {
		// Not the context of a request, which ends, and may say whose it is.
		ctx, stop := context.WithCancel(context.Background())
		t = &topic{source: s, stop: stop, state: newState()}
		h.topics[s.name] = t
		go h.run(ctx, t)
	}
	h.readers++
	t.readers++
	return t, func() { h.leave(t) }, nil
}

// leave ends a topic with its last reader.
func (h *hub) leave(t *topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.readers--
	if t.readers--; t.readers == 0 {
		delete(h.topics, t.name)
		t.stop()
	}
}

// run reads a topic whenever it may have changed. However often that is, it
// leaves a pause between two reads: who reads then sees the newest.
func (h *hub) run(ctx context.Context, t *topic) {
	wake := make(chan struct{}, 1)
	changed := func() {
		select {
		case wake <- struct{}{}:
		default: // it will be read anyway
		}
	}
	var watching sync.WaitGroup
	watching.Go(func() { h.watch(ctx, t, changed) })
	defer func() {
		watching.Wait()
		h.bytes.Add(-int64(t.now().size))
	}()
	for {
		select {
		case <-wake:
		case <-ctx.Done():
			return
		}
		pause := h.every
		if err := h.refresh(ctx, t); err != nil {
			h.complain(ctx, "read", t, err)
			pause = hubRetry
			changed()
		}
		_ = clock.Sleep(ctx, pause)
	}
}

// watch watches a topic until ctx ends.
func (h *hub) watch(ctx context.Context, t *topic, changed func()) {
	for ctx.Err() == nil {
		if err := h.system.Follow(ctx, t.watch, changed); err != nil {
			h.complain(ctx, "watch", t, err)
			changed()
			_ = clock.Sleep(ctx, hubRetry)
		}
	}
}

// complain logs a fault of the system.
func (h *hub) complain(ctx context.Context, what string, t *topic, err error) {
	if ctx.Err() == nil && problemOf(err).Status >= http.StatusInternalServerError {
		h.log.WarnContext(ctx, "live topic failed", "step", what, "topic", t.name, "error", err)
	}
}

// refresh reads a topic, and tells its readers if it changed.
func (h *hub) refresh(ctx context.Context, t *topic) error {
	select {
	case h.reading <- struct{}{}:
		defer func() { <-h.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	within, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	old := t.now()
	now, err := t.read(within, old)
	switch {
	case err == nil && now == old:
		return nil
	case err != nil && old.ready && problemOf(err).Status >= http.StatusInternalServerError:
		return err // it is as it was, as far as anybody knows
	case err != nil:
		now = newState()
		now.err = err
	}
	h.bytes.Add(int64(now.size - old.size))
	t.replace(now)
	return err
}
