package flowtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/memory"
)

// A World runs an application in virtual time: nothing happens but when it is
// told to. It is its own broker, unless the platform has one; the log, the views and
// the agenda are a platform's. Commands may be sent to its System concurrently, as an
// HTTP server does.
type World struct {
	t       testing.TB
	clock   *Clock
	system  *flow.System
	stores  driver.Platform
	views   []string // of the application
	carrier *carrier // nil: the world is its own broker

	mu     sync.Mutex
	queue  []driver.Message
	held   map[string]bool
	subs   map[string][]string // subscriptions by topic
	sent   map[string]bool     // messages that were published before
	random *rand.Rand
	copies int
	trace  []string
}

// NewWorld returns a world for an application on stores, whose Log, Views,
// Agenda, Reach, Elsewhere, Mailbox, Watcher and Signals are used; nil stores mean memory.
//
// If their Publisher is a driver.Broker, every message goes through it, and the
// world only says which one is handled next: as many as 1,000 of one function may
// wait. It is declared to and received from until the test ends, and must be closed
// after that, as by a Cleanup that was registered before.
func NewWorld(t testing.TB, app flow.App, stores *driver.Platform) *World {
	t.Helper()
	w := &World{t: t, clock: NewClock(), held: map[string]bool{}, subs: map[string][]string{}, sent: map[string]bool{}, copies: 1}
	p := driver.Platform{Clock: w.clock, Publisher: w, Random: &randomness{source: rand.NewChaCha8([32]byte{1})}}
	if stores == nil {
		m := memory.New()
		stores = &driver.Platform{Log: m, Views: m.Views(), Agenda: m.Agenda(), Watcher: m}
	}
	p.Log, p.Views, p.Agenda = stores.Log, stores.Views, stores.Agenda
	p.Reach, p.Elsewhere, p.Mailbox, p.Watcher, p.Signals = stores.Reach, stores.Elsewhere, stores.Mailbox, stores.Watcher, stores.Signals
	w.stores, w.views = *stores, viewsOf(app)
	system, err := flow.New(app, p, w.tell)
	if err != nil {
		t.Fatal(err)
	}
	w.system = system
	for _, sub := range system.Subscriptions() {
		for _, topic := range sub.Topics {
			w.subs[topic] = append(w.subs[topic], sub.Name)
		}
	}
	if broker, ok := stores.Publisher.(driver.Broker); ok {
		w.carrier = newCarrier(t, broker, system.Subscriptions())
	}
	return w
}

// A randomness is a seeded source that may be read concurrently.
type randomness struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

// Read never fails.
func (r *randomness) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}

// System returns the system that the world runs.
func (w *World) System() *flow.System { return w.system }

// Clock returns the world's clock.
func (w *World) Clock() *Clock { return w.clock }

// Publish queues a message for each subscription to its topic: as many copies as
// Shuffle said, and one more each time it is published again.
func (w *World) Publish(ctx context.Context, messages ...driver.Message) error {
	copies := w.copiesOf(messages)
	if w.carrier != nil {
		if err := w.carrier.broker.Publish(ctx, copies...); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(copies) > 0 {
		n := 1
		for n < len(copies) && copies[n].ID == copies[0].ID {
			n++
		}
		for _, sub := range w.subs[copies[0].Topic] {
			for _, m := range copies[:n] {
				m.Subscription = sub
				w.queue = append(w.queue, m)
			}
		}
		copies = copies[n:]
	}
	return nil
}

// copiesOf returns messages as often as they are delivered, the copies of one side
// by side.
func (w *World) copiesOf(messages []driver.Message) []driver.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []driver.Message
	for _, m := range messages {
		copies := w.copies
		if w.sent[m.ID] {
			copies = 1
		}
		w.sent[m.ID] = true
		all = append(all, slices.Repeat([]driver.Message{m}, copies)...)
	}
	return all
}

// Shuffle makes the world, from now on, deliver each message copies times, in an
// order that follows from the seed. One copy and seed 0 is the usual order: as
// published.
func (w *World) Shuffle(seed uint64, copies int) {
	w.copies, w.random = copies, nil
	if seed != 0 {
		w.random = rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // not for secrets
	}
}

// Hold keeps messages of a type back until Release.
func (w *World) Hold(typ string) { w.held[typ] = true }

// Release lets messages of a type through again.
func (w *World) Release(typ string) { delete(w.held, typ) }

// Waiting returns the messages that wait to be delivered.
func (w *World) Waiting() []driver.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.queue)
}

// Lose drops all messages that wait, as when a subscription is deleted.
func (w *World) Lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = nil
}

// Step delivers one message, and says whether there was one.
func (w *World) Step() bool {
	w.t.Helper()
	m, ok := w.next()
	if ok {
		w.deliver(m)
	}
	return ok
}

// next takes the message that is to be delivered off the queue.
func (w *World) next() (m driver.Message, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var ready []int
	for i, m := range w.queue {
		if !w.held[m.Topic] {
			ready = append(ready, i)
		}
	}
	if len(ready) == 0 {
		return m, false
	}
	i := ready[0]
	if w.random != nil {
		i = ready[w.random.IntN(len(ready))]
	}
	m = w.queue[i]
	w.queue = slices.Delete(w.queue, i, i+1)
	return m, true
}

// deliver hands a message to its function; if that fails the message goes to the
// end of the queue, as a broker would redeliver it.
func (w *World) deliver(m driver.Message) {
	w.t.Helper()
	m.Attempt++
	w.clock.Advance(time.Millisecond)
	if err := w.handle(m); err != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.queue = append(w.queue, m)
	}
}

// handle handles a message as the broker brings it, if there is one, and tells the
// broker what became of it.
func (w *World) handle(m driver.Message) error {
	w.t.Helper()
	if w.carrier == nil {
		return w.system.Deliver(w.t.Context(), m)
	}
	a, err := w.carrier.take(w.t.Context(), m.Subscription, m.ID)
	if err != nil {
		w.t.Fatalf("story: %v", err)
	}
	if err = w.system.Deliver(w.t.Context(), a.message); err != nil {
		a.settled <- errAgain
		return err
	}
	a.settled <- nil
	return nil
}

// maxSteps is after how many deliveries Run takes a flow to be endless.
const maxSteps = 100_000

// Run delivers messages until none is left that is not held.
func (w *World) Run() {
	w.t.Helper()
	for range maxSteps {
		if !w.Step() {
			return
		}
	}
	w.t.Fatalf("still busy after %d deliveries", maxSteps)
}

// Wait moves the clock on by d and does what has fallen due on the agenda.
func (w *World) Wait(d time.Duration) {
	w.t.Helper()
	w.clock.Advance(d)
	for {
		ticked, err := w.system.Tick(w.t.Context())
		if err != nil {
			w.say("tick fails: %v", err)
		}
		w.say("%d deadlines fell due, %d retries", ticked.Deadlines, ticked.Retried)
		if !ticked.More || err != nil {
			return
		}
	}
}

// Send executes a command.
func (w *World) Send(r flow.Request) (flow.Receipt, error) {
	w.clock.Advance(time.Millisecond)
	return w.system.Execute(w.t.Context(), r)
}

// say adds a line to the trace.
func (w *World) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = append(w.trace, fmt.Sprintf(format, args...))
}

// told returns the trace since the last call.
func (w *World) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.trace
	w.trace = nil
	return lines
}

// tell is the middleware that writes the trace: one line for each event that
// was recorded for the first time, and for each attempt that failed.
func (w *World) tell(next flow.Handler) flow.Handler {
	return func(ctx context.Context, h *flow.Handling) error {
		err := next(ctx, h)
		var refusal *flow.Refusal
		var invalid *flow.InvalidError
		switch {
		case errors.As(err, &refusal) || errors.As(err, &invalid):
		case err != nil:
			w.say("%s on %s fails: %v", h.Function, h.Event.Type, err)
		case !h.Repeated:
			for _, e := range h.Emitted {
				w.say("%s: %s → %s %s %s", h.Function, h.Event.Type, e.Stream, e.Type, e.Data)
			}
		}
		return err
	}
}
