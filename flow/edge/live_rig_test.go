package edge_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/memory"
)

// A liveRig is an edge over shelves, which the test writes itself.
type liveRig struct {
	*rig

	store   *memory.Store
	views   *countedViews
	watcher *countedWatcher
}

// CountedViews count the reads of documents, and hold them up where there is a
// gate.
type countedViews struct {
	driver.Views

	gets    atomic.Int64
	gate    atomic.Pointer[chan struct{}]
	entered chan struct{}
}

func (v *countedViews) Get(ctx context.Context, view, key string) (driver.Document, error) {
	v.gets.Add(1)
	if gate := v.gate.Load(); gate != nil {
		select {
		case v.entered <- struct{}{}:
		default:
		}
		<-*gate
	}
	return v.Views.Get(ctx, view, key)
}

// A countedWatcher counts those who watch now, and all there were.
type countedWatcher struct {
	driver.Watcher

	now, all atomic.Int64
}

func (w *countedWatcher) Watch(ctx context.Context, what driver.Watch, changed func()) error {
	w.all.Add(1)
	w.now.Add(1)
	defer w.now.Add(-1)
	return w.Watcher.Watch(ctx, what, changed)
}

// newLiveRig returns a rig that is not served yet.
func newLiveRig(t testing.TB) *liveRig {
	t.Helper()
	store := memory.New()
	l := &liveRig{store: store, views: &countedViews{Views: store.Views(), entered: make(chan struct{}, 1)}, watcher: &countedWatcher{Watcher: store}}
	w := flowtest.NewWorld(t, flow.App{
		Events: flow.Final(placed{}),
		Functions: []flow.Function{
			flow.Command("place", func(_ bookcase, p place) ([]flow.Event, error) { return []flow.Event{placed{Case: p.Case}}, nil }).Emits(placed{}),
			flow.View("shelves", flow.Project(placed.Key, func(s Shelf, _ placed) Shelf { return s })),
		},
	}, &driver.Platform{Log: store, Views: l.views, Agenda: store.Agenda(), Watcher: l.watcher})
	l.rig = &rig{World: w, t: t}
	return l
}

// newLive returns a rig that is served.
func newLive(t testing.TB, o edge.Options) *liveRig {
	t.Helper()
	l := newLiveRig(t)
	o.LiveEvery = cmp.Or(o.LiveEvery, time.Microsecond)
	l.server = httptest.NewServer(edge.New(l.System(), o))
	t.Cleanup(l.server.Close)
	return l
}

// write writes a shelf with so many boards.
func (l *liveRig) write(key string, boards int) {
	l.t.Helper()
	l.put(key, Shelf{Name: key, Boards: boards})
}

func (l *liveRig) put(key string, s Shelf) {
	l.t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		l.t.Fatal(err)
	}
	old, err := l.store.Views().Get(l.t.Context(), "shelves", key)
	if err != nil {
		old = driver.Document{View: "shelves", Key: key}
	}
	old.Body = body
	if err := l.store.Views().Put(l.t.Context(), old, ""); err != nil {
		l.t.Fatal(err)
	}
}

// A feed is what a reader gets.
type feed struct {
	t        testing.TB
	response *http.Response
	lines    *bufio.Reader
	cut      context.CancelFunc
}

// An sse is a server-sent event; of a comment it has just that.
type sse struct{ event, id, data, retry, comment string }

// feedPatience is how long a reader waits for what must come.
const feedPatience = 30 * time.Second

// ask asks for a stream.
func (r *rig) ask(path string, headers ...string) *feed {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), feedPatience)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server.URL+path, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request) //nolint:bodyclose // cut closes it
	if err != nil {
		r.t.Fatal(err)
	}
	f := &feed{t: r.t, response: response, lines: bufio.NewReader(response.Body)}
	f.cut = func() {
		cancel()
		_ = response.Body.Close()
	}
	r.t.Cleanup(f.cut)
	return f
}

// follow asks for a stream that there is.
func (r *rig) follow(path string, headers ...string) *feed {
	r.t.Helper()
	f := r.ask(path, headers...)
	if f.response.StatusCode != http.StatusOK || f.response.Header.Get("Content-Type") != "text/event-stream" {
		r.t.Fatalf("%s: %s, %s", path, f.response.Status, f.response.Header.Get("Content-Type"))
	}
	if first := f.any(); first.retry != "2000" {
		r.t.Fatalf("%s began with %+v", path, first)
	}
	return f
}

// any returns what comes next, also if it is a comment.
func (f *feed) any() sse {
	f.t.Helper()
	e, err := f.read()
	if err != nil {
		f.t.Fatalf("the stream ended: %v", err)
	}
	return e
}

func (f *feed) read() (e sse, err error) {
	for {
		line, err := f.lines.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		if err != nil || line == "" {
			return e, err
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "event":
			e.event = value
		case "id":
			e.id = value
		case "data":
			e.data += value
		case "retry":
			e.retry = value
		case "":
			e.comment = line
		}
	}
}

// next returns the next event.
func (f *feed) next() sse {
	f.t.Helper()
	for {
		if e := f.any(); e.comment == "" {
			return e
		}
	}
}

// wants fails the test unless the next event is of a kind and has a text in it.
func (f *feed) wants(event, text string) sse {
	f.t.Helper()
	e := f.next()
	if e.event != event || !strings.Contains(e.data, text) {
		f.t.Fatalf("the event is %+v, want %s with %s", e, event, text)
	}
	return e
}

// eventually fails the test unless something comes to be.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(feedPatience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came to be that %s", what)
		}
	}
}
