package out_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
)

const master = "a master secret of more than 32 bytes"

// Happen and Happened are all there is in the application of the tests.
type (
	Happen   struct{ Thing string }
	Happened struct{ Thing string }
	Thing    struct{ Times int }
)

func (Happen) Type() string    { return "out_test.happen" }
func (Happened) Type() string  { return "out_test.happened" }
func (c Happen) Key() string   { return c.Thing }
func (e Happened) Key() string { return e.Thing }

func (s Thing) Evolve(Happened) Thing { s.Times++; return s }

func (Thing) Happen(c Happen) ([]Happened, error) { return []Happened{Happened(c)}, nil }

// A rig is a system with hooks, in virtual time, and its own broker.
type rig struct {
	t       *testing.T
	service *out.Service
	system  *flow.System
	clock   *flowtest.Clock
	memory  *memory.Store

	mu    sync.Mutex
	queue []driver.Message
	subs  map[string][]string
}

func newRig(t *testing.T, change func(*out.Options)) *rig {
	t.Helper()
	r := &rig{t: t, clock: flowtest.NewClock(), memory: memory.New(), subs: map[string][]string{}}
	o := out.Options{
		Masters: []webhook.Secret{webhook.Text(master)}, Source: "https://onevent.example",
		Public: public.Options{Development: true}, Now: r.clock.Now,
	}
	if change != nil {
		change(&o)
	}
	r.service = out.New(o)
	app := flow.App{
		Events: flow.Join(flow.Final(Happened{}), out.Catalogue()),
		Functions: append(
			r.service.Functions(flow.Final(Happened{})),
			flow.Command("happen", Thing.Happen).Emits(Happened{}),
		),
		Watch: flow.Watch{Redrive: -1},
	}
	system, err := flow.New(app, driver.Platform{
		Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Publisher: r, Clock: r.clock, Random: rand.NewChaCha8([32]byte{1}),
	})
	if err != nil {
		t.Fatal(err)
	}
	r.system = system
	r.service.Connect(system)
	for _, sub := range system.Subscriptions() {
		for _, topic := range sub.Topics {
			r.subs[topic] = append(r.subs[topic], sub.Name)
		}
	}
	return r
}

func (r *rig) Publish(_ context.Context, messages ...driver.Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range messages {
		for _, sub := range r.subs[m.Topic] {
			m.Subscription = sub
			r.queue = append(r.queue, m)
		}
	}
	return nil
}

// run delivers all messages. Some may fail: the agenda has them.
func (r *rig) run() {
	r.t.Helper()
	for range 10_000 {
		r.mu.Lock()
		if len(r.queue) == 0 {
			r.mu.Unlock()
			return
		}
		m := r.queue[0]
		r.queue = r.queue[1:]
		r.mu.Unlock()
		_ = r.system.Deliver(r.t.Context(), m)
	}
	r.t.Fatal("still busy")
}

// wait lets time pass, in steps in which the tick looks at the agenda.
func (r *rig) wait(d, step time.Duration) {
	r.t.Helper()
	for ; d > 0; d -= step {
		r.clock.Advance(step)
		for {
			ticked, err := r.system.Tick(r.t.Context())
			if err != nil {
				r.t.Fatal(err)
			}
			r.run()
			if !ticked.More {
				break
			}
		}
	}
}

func (r *rig) send(command string, body any) error {
	r.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.clock.Advance(time.Millisecond)
	_, err = r.system.Execute(r.t.Context(), flow.Request{Command: command, Body: data})
	r.run()
	return err
}

func (r *rig) must(command string, body any) {
	r.t.Helper()
	if err := r.send(command, body); err != nil {
		r.t.Fatalf("%s: %v", command, err)
	}
}

func (r *rig) register(id, url string) {
	r.t.Helper()
	r.must("hook.register", hook.Register{Hook: id, URL: url, Types: []string{"out_test.happened"}})
}

// story returns the events of a namespace, one a line, without the data.
func (r *rig) story(namespace string) string {
	r.t.Helper()
	var b strings.Builder
	for e, err := range r.system.Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		if flow.Namespace(e.Type) == namespace {
			fmt.Fprintf(&b, "%s ", strings.TrimPrefix(e.Type, namespace+"."))
		}
	}
	return strings.TrimSpace(b.String())
}

func (r *rig) parked() (errors []string, ids []string) {
	r.t.Helper()
	for f, err := range r.system.Parked(r.t.Context()) {
		if err != nil {
			r.t.Fatal(err)
		}
		errors, ids = append(errors, f.Function+": "+f.Error), append(ids, f.ID)
	}
	return errors, ids
}

func (r *rig) summary(id string) hook.Summary {
	r.t.Helper()
	data, err := r.system.Document(r.t.Context(), hook.HooksView, id)
	if err != nil {
		r.t.Fatal(err)
	}
	var s hook.Summary
	if err := json.Unmarshal(data, &s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// A receiver is a hook outside. It answers with the status that it is told to.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	status int
	answer func(w http.ResponseWriter, body string)
	got    []flow.Incoming
	at     []time.Time
}

func newReceiver(t *testing.T, r *rig) *receiver {
	t.Helper()
	v := &receiver{status: http.StatusNoContent}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		v.mu.Lock()
		defer v.mu.Unlock()
		v.got = append(v.got, flow.Incoming{Header: request.Header, Body: body})
		v.at = append(v.at, r.clock.Now())
		if v.answer != nil {
			v.answer(w, string(body))
			return
		}
		w.WriteHeader(v.status)
	}))
	t.Cleanup(v.Close)
	return v
}

func (v *receiver) set(status int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.status = status
}

func (v *receiver) requests() []flow.Incoming {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]flow.Incoming(nil), v.got...)
}
