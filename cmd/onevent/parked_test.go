package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/functions"
)

// folderOf returns a data folder in which messages of functions are parked that
// nobody can read.
func folderOf(t *testing.T, subscriptions ...string) string {
	t.Helper()
	dir := t.TempDir()
	inFolder(t, dir, func(system *flow.System) {
		for _, name := range subscriptions {
			if err := system.Deliver(t.Context(), garbage(name)); err != nil {
				t.Fatal(err)
			}
		}
	})
	return dir
}

// inFolder opens a data folder, and lets do something with it.
func inFolder(t *testing.T, dir string, do func(*flow.System)) {
	t.Helper()
	store, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	system, err := flow.New(functions.App(functions.Settings{}), local.Platform(store, store.Broker(nil)))
	if err != nil {
		t.Fatal(err)
	}
	do(system)
}

// attempts returns how often what is parked in a folder was tried, by function,
// after a tick.
func attempts(t *testing.T, dir string) map[string]int {
	t.Helper()
	tried := map[string]int{}
	inFolder(t, dir, func(system *flow.System) {
		if _, err := system.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		for f, err := range system.Parked(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			tried[f.Function] = f.Attempts
		}
	})
	return tried
}

func onFolder(t *testing.T, dir string, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := newProgram(&out).run(t.Context(), append([]string{args[0], "-data", dir}, args[1:]...))
	return out.String(), code
}

// TestAFolderIsRedrivenByTheNextEmulator holds that nothing is handled while
// nothing runs, and that the next emulator handles what was asked for.
func TestAFolderIsRedrivenByTheNextEmulator(t *testing.T) {
	t.Parallel()
	dir := folderOf(t, "approve-order", "charge-card")
	out, code := onFolder(t, dir, "parked", "-redrive-all", "-function", "charge-card")
	if want := "1 scheduled: the next emulator on " + dir + " handles them\n"; out != want || code != 0 {
		t.Fatalf("exit code %d: %s, want %s", code, out, want)
	}
	if out, code := onFolder(t, dir, "parked", "-function", "charge-card"); code != 0 || !strings.Contains(out, "  now  ") {
		t.Fatalf("exit code %d: %s", code, out)
	}
	if tried := attempts(t, dir); tried["charge-card"] != 2 || tried["approve-order"] != 1 {
		t.Fatalf("tried %v", tried)
	}
}

// TestEffectsAreNotRunOnAFolder holds that an effect is not tried where it has
// nobody to call.
func TestEffectsAreNotRunOnAFolder(t *testing.T) {
	t.Parallel()
	dir := folderOf(t, "approve-order", "charge-card")
	var ids []string
	out, _ := onFolder(t, dir, "parked", "-json")
	for line := range strings.Lines(out) {
		var f flow.Failure
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, f.ID)
	}
	if len(ids) != 2 {
		t.Fatalf("parked %q", ids)
	}
	for _, id := range ids {
		want := "attempt 2 failed too"
		if strings.HasPrefix(id, "charge-card") {
			want = "-redrive-all -function charge-card"
		}
		if out, code := onFolder(t, dir, "parked", "-redrive", id); code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit code %d: %s", code, out)
		}
	}
	if tried := attempts(t, dir); tried["charge-card"] != 1 || tried["approve-order"] != 2 {
		t.Fatalf("tried %v", tried)
	}
	if out, code := onFolder(t, dir, "audit"); code != 0 || !strings.Contains(out, "2 handlings") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if out, code := onFolder(t, dir, "health"); code != 0 {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestRedrivingAllAsksFirst(t *testing.T) {
	t.Parallel()
	for said, c := range map[string]struct{ scheduled, code int }{
		"y\n": {1, 0}, " YES \n": {1, 0}, "n\n": {0, 1}, "\n": {0, 1}, "": {0, 1}, "y": {0, 1}, "yellow\n": {0, 1},
	} {
		t.Run(fmt.Sprintf("%q", said), func(t *testing.T) {
			t.Parallel()
			asked := atomic.Int32{}
			var out bytes.Buffer
			p := fuzzedProgram(&out, &out, answers(func(*http.Request) (int, string) {
				asked.Add(1)
				return http.StatusAccepted, `{"scheduled":1}`
			}))
			p.in, p.asks = strings.NewReader(said), true
			code := p.run(t.Context(), addressed([]string{"parked", "-redrive-all"}))
			if code != c.code || int(asked.Load()) != c.scheduled || !strings.Contains(out.String(), "[y/N]") {
				t.Fatalf("exit code %d, asked the system %d times: %s", code, asked.Load(), out.String())
			}
		})
	}
}

func TestWhoIsAskedMayInterrupt(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	in, write := io.Pipe()
	defer write.Close()
	out := &interrupter{interrupt: interrupt}
	p := newProgram(out)
	p.in, p.asks = in, true
	if code := p.run(ctx, []string{"parked", "-redrive-all", "-addr", "http://localhost"}); code != 1 || !strings.Contains(out.String(), "nothing was done") {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
}

func TestPartOfAnIDIsEnough(t *testing.T) {
	t.Parallel()
	const id = "charge-card~3336e0b920278da4fa2621a881045923-12"
	for typed, want := range map[string]bool{
		id: true, "3336e0b920278da4fa2621a881045923-12": true, "3336e0b9-12": true, "3336": true, "3336-1": true, "3336e0b9-": true,
		"": false, "333": false, "-": false, "-12": false, "3336e0b9-2": false, "3336e0b9-12-": false, "charge-card": false, "charge-card~3336": false, "e0b9": false,
	} {
		if got := isMeant(typed, id); got != want {
			t.Errorf("%q means %s: %v", typed, id, got)
		}
	}
	for id, want := range map[string]string{id: "3336e0b9-12", "unknown~raw-504b6dd3130cca21": "raw-504b6dd3", "x": "x", "": "", "a~b~c": "b~c"} {
		if got := shortID(id); got != want || id != "" && !isMeant(got, id) && len(got) >= leastPart {
			t.Errorf("%s is shown as %s, want %s", id, got, want)
		}
	}
}

// served returns the address of an edge over a world.
func served(t *testing.T, world *flowtest.World, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	handler := edge.New(world.System(), edge.Options{})
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// TestAuditWaitsUntilNothingIsInFlight also holds that it waits for its turn.
func TestAuditWaitsUntilNothingIsInFlight(t *testing.T) {
	t.Parallel()
	world := flowtest.NewWorld(t, functions.App(functions.Settings{}), nil)
	if _, err := world.Send(flow.Request{Command: "consumer.register", Body: []byte(`{"consumer":"alice","name":"Alice"}`)}); err != nil {
		t.Fatal(err)
	}
	asked := atomic.Int32{}
	address := served(t, world, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch asked.Add(1) {
			case 1:
				w.WriteHeader(http.StatusTooManyRequests)
				return
			case 3:
				world.Run()
			}
			next.ServeHTTP(w, r)
		})
	})
	var out bytes.Buffer
	code := newProgram(&out).run(t.Context(), []string{"audit", "-addr", address, "-wait", "1m", "-json"})
	var a edge.Audit
	if err := json.Unmarshal(out.Bytes(), &a); err != nil || code != 0 || a.InFlight != 0 || a.Accepted != 1 || asked.Load() != 3 {
		t.Fatalf("exit code %d, asked %d times, %v: %s", code, asked.Load(), err, out.String())
	}
}

// TestVerdicts holds that scripts can rely on the exit code.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args, answer string
		code         int
		told         string
	}{
		"fine":           {"audit", `{"accepted":1,"handled":1,"adds_up":true}`, 0, "it adds up: 1 accepted"},
		"in flight":      {"audit", `{"accepted":1,"in_flight":1,"adds_up":true}`, 0, "in flight, the oldest first"},
		"many in flight": {"audit", `{"in_flight":30,"adds_up":true,"first":{"in_flight":[{},{}]}}`, 0, "and 28 more"},
		"stale":          {"audit", `{"stale":1,"adds_up":true,"first":{"stale":["v/\u001b[2J"]}}`, 0, `v/\x1b[2J`},
		"waited":         {"audit -wait 1ns", `{"in_flight":1,"adds_up":true}`, 1, "1 event is still in flight"},
		"waited, stale":  {"audit -wait 1ns", `{"stale":2,"adds_up":true}`, 1, "2 documents are still stale"},
		"broken":         {"audit", `{"broken":1,"adds_up":true,"first":{"broken":["order/1: \u001b"]}}`, 1, `order/1: \x1b`},
		"broken, JSON":   {"audit -json", `{"broken":2,"adds_up":true}`, 1, "2 things are broken"},
		"no sum":         {"audit", `{"accepted":2,"handled":1,"adds_up":false}`, 1, "does not add up"},
		"no sum, waited": {"audit -wait 1h", `{"accepted":2,"in_flight":1,"adds_up":false}`, 1, "does not add up"},
		"differs":        {"audit -redecide", `{"differ":30,"first":[{"function":"\u009b","was":["a"],"error":"\u001b"}]}`, 1, `now fails: \x1b`},
		"differs, JSON":  {"audit -redecide -json", `{"differ":1}`, 1, "1 of the decisions"},
		"same":           {"audit -redecide", `{"differ":0}`, 0, "would be the same"},
		"paused":         {"health", `{"paused":[{"function":"x","error":"\u001b"}]}`, 1, `\x1b`},
		"not paused":     {"health -json", `{"version":"v\u001b"}`, 0, `"version": "v\u001b"`},
		"scheduled":      {"parked -redrive-all -type x -rate 2", `{"scheduled":121}`, 0, "121 scheduled: the system handles them from its next tick on, 2 a second, the last in 1 min\n"},
		"choice":         {"parked abcd", `{"parked":[{"id":"a~abcd-0"},{"id":"b~abcd-0\u001b"}]}`, 1, `abcd may be a~abcd-0 or b~abcd-0\x1b`},
		"large":          {"parked a~b", `{"id":"a~b","event":{"data":null}}`, 0, "too large"},
		"hostile":        {"parked a~b", `{"id":"a~b\u001b","function":"\u001b","error":"\u001b]0;x\u0007","event":{"type":"\u009b","data":"\u001b"},"history":[{"error":"\u001b","version":"\u001b"}]}`, 0, `\x1b]0;x\a`},
		"long message":   {"parked a~b", `{"id":"a~b","message":{"Data":"` + strings.Repeat("G1sy", 500) + `"}}`, 0, "and 476 more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := fuzzedProgram(&out, &out, answers(func(*http.Request) (int, string) { return http.StatusOK, c.answer }))
			code := p.run(t.Context(), addressed(strings.Fields(c.args)))
			if code != c.code || !strings.Contains(out.String(), c.told) || strings.ContainsAny(out.String(), "\x1b\u009b") {
				t.Fatalf("exit code %d, want %d with %q: %s", code, c.code, c.told, out.String())
			}
		})
	}
}

// A flakyRestaurant answers once it is mended.
type flakyRestaurant struct{ mended atomic.Bool }

func (f *flakyRestaurant) Notify(context.Context, ticket.Created) (declined string, err error) {
	if !f.mended.Load() {
		return "", errors.New("no answer")
	}
	return "", nil
}

// TestAFlowThatWentOnIsNotStalled holds that health forgets what is over.
func TestAFlowThatWentOnIsNotStalled(t *testing.T) {
	t.Parallel()
	restaurant := &flakyRestaurant{}
	world := flowtest.NewWorld(t, functions.App(functions.Settings{Restaurant: restaurant, Version: "v1"}), nil)
	address := served(t, world, nil)
	examine := func() (report, int) {
		var out bytes.Buffer
		code := newProgram(&out).run(t.Context(), []string{"health", "-json", "-addr", address})
		var r report
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
		return r, code
	}
	if _, err := world.Send(flow.Request{Command: "consumer.register", Body: []byte(`{"consumer":"alice","name":"Alice"}`)}); err != nil {
		t.Fatal(err)
	}
	world.Run()
	placeOrders(t, world, 1)
	world.Run()
	for range 4 {
		world.Wait(40 * time.Minute)
		world.Run()
	}
	if r, code := examine(); code != 0 || len(r.Stalled) != 1 || r.Stalled[0].Function != "notify-restaurant" || r.Version != "v1" {
		t.Fatalf("exit code %d: %+v", code, r)
	}
	restaurant.mended.Store(true)
	var out bytes.Buffer
	if code := newProgram(&out).run(t.Context(), []string{"parked", "-addr", address, "-redrive-all", "-yes"}); code != 0 || !strings.HasPrefix(out.String(), "1 scheduled") {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	world.Wait(0)
	world.Run()
	if r, code := examine(); code != 0 || len(r.Stalled) != 0 {
		t.Fatalf("exit code %d: %+v", code, r)
	}
}
