package edge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// A narrowLog commits one record after the other, each in a time of its own.
type narrowLog struct {
	driver.Log
	takes   atomic.Int64 // nanoseconds
	turn    chan struct{}
	most    atomic.Int64 // that waited or were at work at once
	waiting atomic.Int64
}

func newNarrow(l driver.Log, takes time.Duration) *narrowLog {
	n := &narrowLog{Log: l, turn: make(chan struct{}, 1)}
	n.takes.Store(int64(takes))
	return n
}

func (l *narrowLog) Commit(ctx context.Context, c driver.Commit) error {
	n := l.waiting.Add(1)
	defer l.waiting.Add(-1)
	for most := l.most.Load(); n > most && !l.most.CompareAndSwap(most, n); most = l.most.Load() {
	}
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	time.Sleep(time.Duration(l.takes.Load()))
	return l.Log.Commit(ctx, c)
}

// newNarrowEdge returns an edge over a log of little capacity.
func newNarrowEdge(t *testing.T, takes time.Duration, o edge.Options) (http.Handler, *narrowLog, *flowtest.World) {
	t.Helper()
	store := memory.New()
	log := newNarrow(store, takes)
	w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: log, Views: store.Views(), Agenda: store.Agenda()})
	return edge.New(w.System(), o), log, w
}

// send sends a request past the network.
func send(ctx context.Context, handler http.Handler, method, path string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, "http://localhost"+path, body)
	r.Header.Set("Content-Type", asJSON)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func sendPress(ctx context.Context, handler http.Handler, light string) *httptest.ResponseRecorder {
	return send(ctx, handler, http.MethodPost, "/commands/light.press", strings.NewReader(pressOf(light)))
}

func pressOf(light string) string { return fmt.Sprintf(`{"light":%q,"house":"h"}`, light) }

// isRefusal says whether an answer is that of an edge which has too much to do,
// and returns the seconds after which to come again.
func isRefusal(w *httptest.ResponseRecorder) (seconds int, ok bool) {
	seconds, err := strconv.Atoi(w.Header().Get("Retry-After"))
	return seconds, err == nil && w.Code == http.StatusTooManyRequests && w.Header().Get("Content-Type") == "application/problem+json" &&
		strings.Contains(w.Body.String(), "urn:onevent:problem:overloaded") && seconds >= 1 && seconds <= 60
}

// TestCommandsAtWorkFollowTheirTime has a log get slow, and fast again: the
// commands at work become fewer, and as many as before.
func TestCommandsAtWorkFollowTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, log, _ := newNarrowEdge(t, 0, edge.Options{MaxInFlight: 128})
		floods := 0
		// flood lets the edge learn for a time, then returns the most at work and
		// how many were refused in as long again.
		flood := func(takes, half time.Duration) (most int64, refused int) {
			log.takes.Store(int64(takes))
			for range 2 {
				log.most.Store(0)
				floods++
				refused = presses(t, handler, fmt.Sprint(floods), 80, half)
			}
			return log.most.Load(), refused
		}
		if most, refused := flood(10*time.Millisecond, 5*time.Second); most != 64 || refused == 0 {
			t.Errorf("fast: %d at once, %d refused", most, refused)
		}
		// A second's worth of 50 ms each is 20.
		if most, refused := flood(50*time.Millisecond, 20*time.Second); most < 10 || most > 30 || refused == 0 {
			t.Errorf("slow: %d at once, %d refused", most, refused)
		}
		// However slow it is, there are some to find out.
		if most, _ := flood(500*time.Millisecond, 40*time.Second); most != 8 {
			t.Errorf("very slow: %d at once", most)
		}
		if most, refused := flood(10*time.Millisecond, 15*time.Second); most < 50 || refused == 0 {
			t.Errorf("fast again: %d at once, %d refused", most, refused)
		}
	})
}

// presses has hands send commands for a time, one after the other, and returns
// how many were refused. Any other trouble fails the test.
func presses(t *testing.T, handler http.Handler, name string, hands int, during time.Duration) int {
	t.Helper()
	var refused atomic.Int64
	var group sync.WaitGroup
	end := time.Now().Add(during)
	for hand := range hands {
		group.Go(func() {
			for i := 0; time.Now().Before(end); i++ {
				w := sendPress(t.Context(), handler, fmt.Sprintf("%s-%d-%d", name, hand, i))
				if _, ok := isRefusal(w); ok {
					refused.Add(1)
					time.Sleep(time.Second)
				} else if w.Code != http.StatusCreated {
					t.Errorf("%d %s", w.Code, w.Body)
					return
				}
			}
		})
	}
	group.Wait()
	return int(refused.Load())
}

// TestAHiccupIsOneSign has the log pause once, for all commands at work.
func TestAHiccupIsOneSign(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, log, _ := newNarrowEdge(t, 0, edge.Options{MaxInFlight: 128})
		stop := func(during time.Duration) (atWork int64) {
			log.most.Store(0)
			log.turn <- struct{}{}
			var group sync.WaitGroup
			for i := range 64 {
				group.Go(func() { sendPress(t.Context(), handler, fmt.Sprintf("l-%v-%d", during, i)) })
			}
			synctest.Wait()
			time.Sleep(during)
			<-log.turn
			group.Wait()
			return log.most.Load()
		}
		if n := stop(5 * time.Second); n != 64 {
			t.Errorf("%d at once before, want 64", n)
		}
		if n := stop(0); n != 48 {
			t.Errorf("%d at once after, want 48", n)
		}
	})
}

// TestSlowSendersHoldUpNobody holds that a command whose body is still coming is
// not at work.
func TestSlowSendersHoldUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, log, _ := newNarrowEdge(t, 0, edge.Options{MaxInFlight: 32})
		var group sync.WaitGroup
		var writers []*io.PipeWriter
		for i := range 15 { // of 16
			reader, writer := io.Pipe()
			writers = append(writers, writer)
			group.Go(func() {
				if w := send(t.Context(), handler, http.MethodPost, "/commands/light.press", reader); w.Code != http.StatusCreated {
					t.Errorf("slow %d: %d %s", i, w.Code, w.Body)
				}
			})
		}
		time.Sleep(10 * time.Second) // far more than a command may take
		for i := range 100 {
			if w := sendPress(t.Context(), handler, fmt.Sprint("fast", i)); w.Code != http.StatusCreated {
				t.Fatalf("fast: %d %s", w.Code, w.Body)
			}
		}
		for i, w := range writers {
			_, _ = io.WriteString(w, pressOf(fmt.Sprint("slow", i)))
			w.Close()
		}
		group.Wait()
		// As many may be at work as before.
		log.turn <- struct{}{}
		for i := range 16 {
			group.Go(func() {
				if w := sendPress(t.Context(), handler, fmt.Sprint("after", i)); w.Code != http.StatusCreated {
					t.Errorf("after: %d %s", w.Code, w.Body)
				}
			})
		}
		synctest.Wait()
		<-log.turn
		group.Wait()
	})
}

// TestNoClassCrowdsOutAnother fills the edge with commands that stand still, and
// with reads, and asks for the rest.
func TestNoClassCrowdsOutAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, log, _ := newNarrowEdge(t, 0, edge.Options{MaxInFlight: 16})
		log.turn <- struct{}{}
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() { sendPress(t.Context(), handler, fmt.Sprint("l", i)) })
		}
		synctest.Wait()
		if _, ok := isRefusal(sendPress(t.Context(), handler, "x")); !ok {
			t.Error("the ninth command is not refused")
		}
		for path, method := range map[string]string{
			"/log": http.MethodGet, "/parked": http.MethodGet, "/paused": http.MethodGet, "/healthz": http.MethodGet,
			"/audit": http.MethodGet, "/redecide": http.MethodGet,
		} {
			if w := send(t.Context(), handler, method, path, http.NoBody); w.Code != http.StatusOK {
				t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
		}
		if w := send(t.Context(), handler, http.MethodPost, "/parked/redrive", strings.NewReader(`{}`)); w.Code != http.StatusAccepted {
			t.Errorf("redrive: %d %s", w.Code, w.Body)
		}
		<-log.turn
		group.Wait()
	})
}

// TestABacklogHasALimit lets the backlog grow, stand still and shrink.
func TestABacklogHasALimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var count, asked atomic.Int64
		var broken atomic.Bool
		handler, _, _ := newNarrowEdge(t, 0, edge.Options{MaxBacklog: 1000, Backlog: func(context.Context) (int, error) {
			asked.Add(1)
			if broken.Load() {
				return 0, errors.New("nobody knows")
			}
			return int(count.Load()), nil
		}})
		sent := 0
		// after sends a command when some time has passed. It wants it to be
		// executed (0), or to be refused and to come again after some seconds.
		after := func(passed time.Duration, waiting int64, want int) {
			t.Helper()
			time.Sleep(passed)
			count.Store(waiting)
			sent++
			w := sendPress(t.Context(), handler, fmt.Sprint("l", sent))
			if seconds, ok := isRefusal(w); want == 0 && w.Code != http.StatusCreated || want > 0 && (!ok || seconds != want) {
				t.Errorf("with %d waiting: %d after %d s, want %d: %s", waiting, w.Code, seconds, want, w.Body)
			}
		}
		after(0, 1000, 0)                // as many as may be
		after(time.Millisecond, 9000, 0) // it is too early to ask again
		after(100*time.Millisecond, 9000, 1)
		after(10*time.Second, 9000, 10) // nothing is done
		after(10*time.Second, 11000, 20)
		after(10*time.Second, 10000, 60) // 100 a second, so it takes 90 s
		after(10*time.Second, 6000, 20)  // 250 a second
		after(10*time.Second, 1001, 1)
		after(time.Second, 1000, 0)
		before := asked.Load()
		for range 100 {
			after(time.Millisecond, 0, 0)
		}
		if n := asked.Load() - before; n < 1 || n > 2 {
			t.Errorf("asked %d times in a tenth of a second", n)
		}
		after(time.Second, 5000, 1)
		broken.Store(true)
		after(time.Second, 5000, 0)
		if w := send(t.Context(), handler, http.MethodGet, "/log", http.NoBody); w.Code != http.StatusOK {
			t.Errorf("a read: %d", w.Code)
		}
	})
}

// TestABacklogThatDoesNotAnswer holds up one command, for a second.
func TestABacklogThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handler, _, _ := newNarrowEdge(t, 0, edge.Options{Backlog: func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}})
		began := time.Now()
		var late atomic.Int64
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				if w := sendPress(t.Context(), handler, fmt.Sprint("l", i)); w.Code != http.StatusCreated {
					t.Errorf("%d %s", w.Code, w.Body)
				}
				if time.Since(began) > 0 {
					late.Add(1)
				}
			})
		}
		group.Wait()
		if late.Load() != 1 || time.Since(began) != time.Second {
			t.Errorf("%d are late, the last after %v", late.Load(), time.Since(began))
		}
	})
}
