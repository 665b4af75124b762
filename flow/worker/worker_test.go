package worker_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/flow/worker"
)

// A rig is the test application on memory, with a worker on a virtual clock: all
// tests run in synctest bubbles, which also fail if a goroutine is left behind.
type rig struct {
	t      *testing.T
	system *flow.System
	store  *memory.Store
	queue  *queue
	log    bytes.Buffer
	cancel context.CancelFunc
	ended  chan error
}

func newRig(t *testing.T, ring testapp.Ring, middleware ...flow.Middleware) *rig {
	t.Helper()
	r := &rig{t: t, store: memory.New(), queue: newQueue(), ended: make(chan error, 1)}
	var err error
	r.system, err = flow.New(testapp.App(ring), driver.Platform{
		Log: r.store, Views: r.store.Views(), Agenda: r.store.Agenda(), Publisher: r.queue, Clock: clock.System{}, Random: rand.Reader,
	}, middleware...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run starts the worker and waits until all is quiet.
func (r *rig) run(o worker.Options) {
	o.Log = slog.New(slog.NewTextHandler(&r.log, nil))
	ctx, cancel := context.WithCancel(r.t.Context())
	r.cancel = cancel
	go func() { r.ended <- worker.Run(ctx, r.system, r.queue, o) }()
	synctest.Wait()
}

// stop ends the worker, which must say nothing, and returns what it logged.
func (r *rig) stop() string {
	r.t.Helper()
	r.cancel()
	if err := <-r.ended; err != nil {
		r.t.Fatalf("Run returned %v", err)
	}
	return r.log.String()
}

func (r *rig) press(light string) {
	r.t.Helper()
	body := fmt.Appendf(nil, `{"light":%q,"house":"h"}`, light)
	if _, err := r.system.Execute(r.t.Context(), flow.Request{Command: "light.press", Body: body}); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) story() string {
	r.t.Helper()
	var lines []string
	for e, err := range r.system.Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		lines = append(lines, e.Type)
	}
	return strings.Join(lines, " ")
}

func (r *rig) parked() string {
	r.t.Helper()
	var lines []string
	for f, err := range r.system.Parked(r.t.Context()) {
		if err != nil {
			r.t.Fatal(err)
		}
		lines = append(lines, f.Function+": "+f.Error)
	}
	return strings.Join(lines, ", ")
}

func TestRunHandlesMessagesAndDeadlines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(worker.Options{})
		r.press("a")
		if got, want := r.story(), "light.switched_on meter.counted"; got != want {
			t.Errorf("story %q, want %q", got, want)
		}
		time.Sleep(testapp.BurnAfter + time.Second)
		synctest.Wait()
		if got, want := r.story(), "light.switched_on meter.counted light.burn_due light.burned_out"; got != want {
			t.Errorf("story %q, want %q", got, want)
		}
		doc, err := r.system.Document(t.Context(), "houses", "h")
		if err != nil || string(doc) != `{"counted":1}` {
			t.Errorf("document %s, %v", doc, err)
		}
		if log := r.stop(); log != "" {
			t.Errorf("logged %s", log)
		}
	})
}

func TestRunLogsWhatFailsAndItComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(worker.Options{})
		r.press("jam") // its function fails, and is parked after three attempts
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := r.parked(), "count-light: the meter is jammed"; got != want {
			t.Errorf("parked %q, want %q", got, want)
		}
		log := r.stop()
		if n := strings.Count(log, "subscription=count-light"); n != 2 || !strings.Contains(log, "the meter is jammed") {
			t.Errorf("logged %d attempts, want 2:\n%s", n, log)
		}
	})
}

func TestRunSurvivesPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var panicked atomic.Bool
		r := newRig(t, nil, func(next flow.Handler) flow.Handler {
			return func(ctx context.Context, h *flow.Handling) error {
				if h.Function == "count-light" && panicked.CompareAndSwap(false, true) {
					panic("middleware burst")
				}
				return next(ctx, h)
			}
		})
		r.run(worker.Options{})
		r.press("a")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got, want := r.story(), "light.switched_on meter.counted"; got != want {
			t.Errorf("story %q, want %q", got, want)
		}
		if log := r.stop(); !strings.Contains(log, "middleware burst") {
			t.Errorf("logged %q", log)
		}
	})
}

func TestRunBuriesDeadLetters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(worker.Options{})
		r.queue.mu.Lock()
		dead := r.queue.channel(driver.DeadLetters)
		r.queue.mu.Unlock()
		dead <- driver.Message{ID: "x", Topic: "light.switched_on", Subscription: "count-light", Data: []byte("?")}
		synctest.Wait()
		if got := r.parked(); !strings.HasPrefix(got, "count-light: ") {
			t.Errorf("parked %q", got)
		}
		r.stop()
	})
}

func TestRunReceivesASubset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(worker.Options{Functions: []string{"count-light", "lights", "count-light"}})
		for name, want := range map[string]bool{"count-light": true, "lights": true, "houses": false, "ring-bell": false, driver.DeadLetters: true} {
			if got := r.queue.receives(name); got != want {
				t.Errorf("receives %s: %v, want %v", name, got, want)
			}
		}
		if len(r.queue.declared) != len(r.system.Subscriptions()) {
			t.Errorf("declared %d subscriptions, want all %d", len(r.queue.declared), len(r.system.Subscriptions()))
		}
		r.stop()
	})
}

func TestRunRefusesWhatTakesNoMessages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"press-light", "nobody"} {
		err := worker.Run(t.Context(), newRig(t, nil).system, newQueue(), worker.Options{Functions: []string{name}})
		if !errors.Is(err, flow.ErrUnknown) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want ErrUnknown", name, err)
		}
	}
}

func TestRunReturnsErrorsOfTheSetUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arrange func(*queue)
		want    string
	}{
		"declare":       {func(q *queue) { q.declareErr = errBroken }, "worker: declare: broken"},
		"receive":       {func(q *queue) { q.receiveErr["lights"] = errBroken }, "worker: receive lights: broken"},
		"dead letters":  {func(q *queue) { q.receiveErr[driver.DeadLetters] = errBroken }, "worker: receive dead-letters: broken"},
		"broker closed": {func(q *queue) { q.Close() }, "the broker was closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil)
				c.arrange(r.queue)
				r.run(worker.Options{})
				if err := <-r.ended; err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %v, want %q", err, c.want)
				}
			})
		})
	}
}

func TestRunDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		called, answer := make(chan struct{}), make(chan struct{})
		r := newRig(t, func(context.Context, string, string) error {
			close(called)
			<-answer
			return nil
		})
		r.run(worker.Options{Tick: time.Second})
		r.press("a")
		r.press("a")
		<-called
		r.cancel()
		synctest.Wait()
		select {
		case err := <-r.ended:
			t.Fatalf("Run returned %v with a handler at work", err)
		default:
		}
		close(answer)
		r.stop()
		if !strings.Contains(r.story(), "bell.rung") {
			t.Errorf("story %q: the handler at work was cut off", r.story())
		}
	})
}

func TestRunTicksAtOnceWhileThereIsMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const lights = 450 // more than two ticks take
		r := newRig(t, nil)
		for i := range lights {
			r.press(fmt.Sprint(i))
		}
		time.Sleep(testapp.BurnAfter)
		r.run(worker.Options{Tick: time.Hour})
		if n := strings.Count(r.story(), "light.burn_due"); n != lights {
			t.Errorf("%d deadlines fell due at once, want %d", n, lights)
		}
		r.stop()
	})
}

func TestTickTroubleIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.run(worker.Options{})
		poison := driver.Item{Kind: driver.Deadlines, ID: "poison", Body: []byte("?")}
		if err := r.store.Agenda().Put(t.Context(), poison); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := r.store.Agenda().Remove(t.Context(), driver.Deadlines, "poison"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		log := r.stop()
		if strings.Count(log, "left something behind") != 1 {
			t.Errorf("logged\n%s", log)
		}
	})
}
