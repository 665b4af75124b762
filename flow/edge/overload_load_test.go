package edge_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

const (
	loadHands    = 128 // that send at once; a quarter of them may be at work
	loadCommands = 1000
	// loadHeap is the most bytes that the heap may grow by, the client's part
	// and the stored records included.
	loadHeap = 64 << 20
)

// A load sends commands over the network, each for a light of its own, and
// remembers what it was told.
type load struct {
	t      *testing.T
	url    string
	client *http.Client
	sent   atomic.Int64

	mu                        sync.Mutex
	accepted, refused, others []string
	took                      []time.Duration // of the accepted
}

// press sends one command.
func (l *load) press() {
	light := fmt.Sprintf("l%d", l.sent.Add(1))
	began := time.Now()
	w, err := l.ask(l.t.Context(), http.MethodPost, "/commands/light.press", pressOf(light))
	took := time.Since(began)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.others = append(l.others, err.Error())
		return
	}
	_, refused := isRefusal(w)
	switch {
	case w.Code == http.StatusCreated:
		l.accepted, l.took = append(l.accepted, light), append(l.took, took)
	case refused:
		l.refused = append(l.refused, light)
	default:
		l.others = append(l.others, fmt.Sprintf("%d %s", w.Code, w.Body))
	}
}

func (l *load) ask(ctx context.Context, method, path, body string) (*httptest.ResponseRecorder, error) {
	r, err := http.NewRequestWithContext(ctx, method, l.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", asJSON)
	response, err := l.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	w := httptest.NewRecorder()
	w.Code = response.StatusCode
	maps.Copy(w.Header(), response.Header)
	_, err = io.Copy(w.Body, response.Body)
	return w, err
}

// work has hands send n commands: each as soon as it can, or at a rate a second,
// whatever the answers take. It returns how many were sent a second.
func (l *load) work(hands, n int, rate float64) float64 {
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range hands {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if rate > 0 {
					time.Sleep(time.Until(began.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
				}
				l.press()
			}
		})
	}
	group.Wait()
	return float64(n) / time.Since(began).Seconds()
}

// settle returns what was told since the last time, and the median of what the
// accepted took. All others fail the test.
func (l *load) settle() (accepted, refused []string, median time.Duration) {
	l.t.Helper()
	for _, other := range l.others {
		l.t.Errorf("neither accepted nor refused: %s", other)
	}
	if len(l.took) > 0 {
		slices.Sort(l.took)
		median = l.took[len(l.took)/2]
	}
	accepted, refused = l.accepted, l.refused
	l.accepted, l.refused, l.others, l.took = nil, nil, nil, nil
	return accepted, refused, median
}

// A watcher looks at the process, and asks as an operator would, until it is
// stopped.
type watcher struct {
	goroutines, asked int
	heap              uint64
	failed            []string
}

func (w *watcher) watch(l *load) (stop func()) {
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		paths := []string{"/parked", "/log?limit=1", "/paused", "/streams/light/l1", "/healthz"}
		for i := 0; ctx.Err() == nil; i++ {
			path := paths[i%len(paths)]
			if i == 0 {
				path = "/audit" // once: it reads all there is, and is not what is measured
			}
			a, err := l.ask(context.WithoutCancel(ctx), http.MethodGet, path, "")
			if err != nil {
				w.failed = append(w.failed, path+": "+err.Error())
			} else if a.Code != http.StatusOK {
				w.failed = append(w.failed, fmt.Sprintf("%s: %d", path, a.Code))
			}
			w.asked++
			w.goroutines = max(w.goroutines, runtime.NumGoroutine())
			w.heap = max(w.heap, heap())
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestTwiceTheLoad offers an edge twice what it can do, over the network.
func TestTwiceTheLoad(t *testing.T) { //nolint:paralleltest // it counts the goroutines and bytes of the process
	store := memory.New()
	// So slow that the log is what there is too little of, and not the processor,
	// which the client and the edge share.
	log := newNarrow(store, 5*time.Millisecond)
	world := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: log, Views: store.Views(), Agenda: store.Agenda()})
	url, _, _ := serve(t, edge.New(world.System(), edge.Options{MaxInFlight: loadHands / 2}))
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * loadHands}
	defer transport.CloseIdleConnections()
	l := &load{t: t, url: url, client: &http.Client{Transport: transport}}

	l.work(1, 50, 0)
	calm, none, before := l.settle()
	capacity := l.work(loadHands/8, 200, 0)
	full, none2, _ := l.settle()
	if len(none)+len(none2) > 0 {
		t.Fatalf("%d are refused before there is overload", len(none)+len(none2))
	}

	runtime.GC()
	goroutines, bytes := runtime.NumGoroutine(), heap()
	var w watcher
	stop := w.watch(l)
	offered := l.work(loadHands, loadCommands, 2*capacity) / capacity
	stop()
	accepted, refused, during := l.settle()
	l.work(1, 50, 0)
	again, none, after := l.settle()

	all := slices.Concat(calm, full, accepted, again)
	lost, done := missing(t, store, all, refused)
	t.Logf("overload: offered %.1fx of %.0f a second, accepted %d, refused %d, lost %d", offered, capacity, len(accepted), len(refused), lost)
	t.Logf("a command takes %v before, %v meanwhile, %v after; %d commits at once, %d more goroutines, %d kB more heap, %d reads",
		before, during, after, log.most.Load(), w.goroutines-goroutines, (int64(w.heap)-int64(bytes))/1024, w.asked)
	switch {
	case lost > 0 || done > 0:
		t.Errorf("%d of those accepted are not in the log, %d of those refused are", lost, done)
	case len(refused) == 0:
		t.Error("none is refused")
	case len(accepted) < loadCommands/16:
		t.Errorf("%d of %d are accepted, and about half could be", len(accepted), loadCommands)
	case log.most.Load() > loadHands/4:
		t.Errorf("%d were at work at once, the limit is %d", log.most.Load(), loadHands/4)
	case len(none) > 0:
		t.Errorf("%d of %d are refused after the overload", len(none), len(none)+len(again))
	case after > 20*before:
		t.Errorf("a command takes %v after the overload, it took %v before", after, before)
	case w.goroutines > goroutines+6*loadHands+64:
		t.Errorf("%d goroutines, there were %d before", w.goroutines, goroutines)
	case w.heap > bytes+loadHeap:
		t.Errorf("%d bytes in the heap, there were %d before", w.heap, bytes)
	case len(w.failed) > 0 || w.asked == 0:
		t.Errorf("of %d requests of an operator failed: %v", w.asked, w.failed)
	}
}

// missing counts the lights that should be in the log and are not, and those that
// should not and are.
func missing(t *testing.T, store *memory.Store, accepted, refused []string) (lost, done int) {
	t.Helper()
	in := map[string]bool{}
	for r, err := range store.Scan(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		in[r.Stream] = true
	}
	for _, light := range accepted {
		if !in["light/"+light] {
			lost++
		}
	}
	for _, light := range refused {
		if in["light/"+light] {
			done++
		}
	}
	return lost, done
}
