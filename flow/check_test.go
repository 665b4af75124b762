package flow_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/bell"
	"github.com/onevent/onevent/flow/internal/testapp/light"
)

func TestCheckAcceptsAnApplicationThatHoldsTogether(t *testing.T) {
	t.Parallel()
	if err := flow.Check(testapp.App(nil)); err != nil {
		t.Fatal(err)
	}
}

// Blinked's wire name is not what its Go name reads; Hidden can't be stored.
type (
	Blinked struct{}
	Hidden  struct{ secret string }
	Pinged  struct{ N int }
	Ponged  struct{ N int }
	Quiet   struct{}
)

func (Blinked) Type() string { return "flow_test.blonk" }
func (Hidden) Type() string  { return "flow_test.hidden" }
func (Pinged) Type() string  { return "flow_test.pinged" }
func (Ponged) Type() string  { return "flow_test.ponged" }
func (Quiet) Type() string   { return "Quiet" }
func (Blinked) Key() string  { return "1" }
func (h Hidden) Key() string { return h.secret }
func (Pinged) Key() string   { return "1" }
func (Ponged) Key() string   { return "1" }
func (Quiet) Key() string    { return "1" }

type (
	table  struct{ N int }
	other  struct{ N int }
	opaque struct{ n int }
	row    struct{ n int }
)

func (s table) Evolve(flow.Event) table               { return s }
func (s other) Evolve(flow.Event) other               { return s }
func (s opaque) Evolve(flow.Event) opaque             { s.n++; return s }
func (table) ping(Ponged) ([]flow.Event, error)       { return nil, nil }
func (table) pong(Pinged) ([]flow.Event, error)       { return nil, nil }
func (other) pong(Pinged) ([]flow.Event, error)       { return nil, nil }
func (opaque) pong(Pinged) ([]flow.Event, error)      { return nil, nil }
func (table) begin(Begin) ([]flow.Event, error)       { return nil, nil }
func (table) press(light.Press) ([]flow.Event, error) { return nil, nil }
func (r row) on(Pinged) row                           { r.n++; return r }

// Begin is a command.
type Begin struct{}

func (Begin) Type() string { return "flow_test.begin" }
func (Begin) Key() string  { return "1" }

func TestCheckNamesWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	begin := flow.Command("begin-game", table.begin).Emits(Pinged{})
	pong := flow.On("answer-ping", Pinged.Key, table.pong).Emits(Ponged{})
	events := flow.Join(flow.Events(Pinged{}), flow.Final(Ponged{}))
	if err := flow.Check(flow.App{Events: events, Functions: []flow.Function{begin, pong}}); err != nil {
		t.Fatalf("the application from which the wrong ones are made: %v", err)
	}
	for name, c := range map[string]struct {
		events flow.Catalogue
		add    []flow.Function
		want   []string // parts of one problem
	}{
		"two functions on one event": {events, []flow.Function{
			begin, pong, flow.On("answer-too", Pinged.Key, table.pong).Emits(Ponged{}),
		}, []string{"event flow_test.pinged has two functions: answer-ping (", "check_test.go:", ") and answer-too ("}},
		"two functions on one command": {events, []flow.Function{
			begin, pong, flow.Command("begin-too", table.begin).Emits(Pinged{}),
		}, []string{"command flow_test.begin has two functions: begin-game (", ") and begin-too ("}},
		"one name twice": {events, []flow.Function{
			begin, pong, flow.Command("answer-ping", table.press).Emits(Pinged{}),
		}, []string{"two functions are named answer-ping: ", "check_test.go:"}},
		"event declared twice": {
			flow.Join(events, flow.Final(Ponged{})),
			[]flow.Function{begin, pong},
			[]string{"event flow_test.ponged is declared twice: onevent/flow_test.Ponged"},
		},
		"emitted and not declared": {
			flow.Events(Pinged{}),
			[]flow.Function{begin, pong},
			[]string{"answer-ping (", "emits flow_test.ponged (onevent/flow_test.Ponged), which the catalogue does not declare"},
		},
		"bound and not declared": {
			flow.Final(Ponged{}),
			[]flow.Function{begin, pong},
			[]string{"answer-ping (", "is bound to flow_test.pinged, which the catalogue does not declare"},
		},
		"orphan": {
			flow.Events(Pinged{}, Ponged{}),
			[]flow.Function{begin, pong},
			[]string{"event flow_test.ponged", "is an orphan: answer-ping (", "nobody handles it and it is not declared final"},
		},
		"ghost": {
			events,
			[]flow.Function{pong},
			[]string{"event flow_test.pinged", "is a ghost: answer-ping (", "handles it and nobody emits it"},
		},
		"declared, neither emitted nor handled": {
			flow.Join(events, flow.Final(light.BurnedOut{})),
			[]flow.Function{begin, pong},
			[]string{"event light.burned_out (testapp/light.BurnedOut) is declared and nobody emits it"},
		},
		"final and handled": {
			flow.Final(Pinged{}, Ponged{}),
			[]flow.Function{begin, pong},
			[]string{"event flow_test.pinged", "is declared final and answer-ping (", "handles it"},
		},
		"cycle without an exit": {flow.Events(Pinged{}, Ponged{}), []flow.Function{
			begin, pong, flow.On("answer-pong", Ponged.Key, table.ping).Emits(Pinged{}),
		}, []string{"flow_test.pinged, flow_test.ponged are a cycle without an exit, through answer-ping (", "answer-pong ("}},
		"no Emits": {
			events,
			[]flow.Function{begin, flow.On("answer-ping", Pinged.Key, table.pong)},
			[]string{"answer-ping (", "does not say what it emits"},
		},
		"two namespaces": {flow.Join(events, flow.Final(light.BurnedOut{})), []flow.Function{
			begin, flow.On("answer-ping", Pinged.Key, table.pong).Emits(Ponged{}, light.BurnedOut{}),
		}, []string{"answer-ping (", "emits flow_test.ponged and light.burned_out: a function decides on one stream"}},
		"emits what its state does not know": {flow.Join(flow.Events(light.SwitchedOn{}), flow.Final(bell.Rung{}, light.BurnedOut{})), []flow.Function{
			flow.Command("press-light", testapp.Light.Press).Emits(light.SwitchedOn{}),
			flow.On("count-light", light.SwitchedOn.Where, testapp.Meter.OnSwitchedOn).Emits(bell.Rung{}),
		}, []string{"count-light (", "emits bell.rung, which its state testapp.Meter does not evolve by"}},
		"two states": {
			events,
			[]flow.Function{begin, flow.On("answer-ping", Pinged.Key, other.pong).Emits(Ponged{})},
			[]string{"streams of flow_test have two states: flow_test.table of begin-game (", "flow_test.other of answer-ping ("},
		},
		"state that can't be stored": {
			events,
			[]flow.Function{begin, flow.On("answer-ping", Pinged.Key, opaque.pong).Emits(Ponged{})},
			[]string{"answer-ping (", "the state's flow_test.opaque.n is not exported"},
		},
		"document that can't be stored": {
			events,
			[]flow.Function{begin, pong, flow.View("rows", flow.Project(Pinged.Key, row.on))},
			[]string{"view rows (", "the document's flow_test.row.n is not exported"},
		},
		"document that is no struct": {
			events,
			[]flow.Function{
				begin, pong,
				flow.View("numbers", flow.Project(Pinged.Key, func(n int, _ Pinged) int { return n })),
			},
			[]string{"view numbers (", "its documents are int, not structs"},
		},
		"view of nothing": {events, []flow.Function{begin, pong, flow.View[table]("nothing")}, []string{"view nothing (", "projects no event"}},
		"view of one event twice": {
			events,
			[]flow.Function{begin, pong, flow.View("twice",
				flow.Project(Pinged.Key, func(r table, _ Pinged) table { return r }), flow.Project(Pinged.Key, func(r table, _ Pinged) table { return r }))},
			[]string{"view twice (", "projects one event twice"},
		},
		"wire name that differs": {
			flow.Join(events, flow.Final(Blinked{})),
			[]flow.Function{begin, pong},
			[]string{"onevent/flow_test.Blinked: wire name flow_test.blonk differs from the Go name, which reads flow_test.blinked"},
		},
		"event that can't be stored": {
			flow.Join(events, flow.Final(Hidden{})),
			[]flow.Function{begin, pong},
			[]string{"onevent/flow_test.Hidden: flow_test.Hidden.secret is not exported"},
		},
		"ill-formed wire name": {
			flow.Join(events, flow.Final(Quiet{})),
			[]flow.Function{begin, pong},
			[]string{`wire name "Quiet" is not namespace.name`},
		},
		"ill-formed function name": {
			events,
			[]flow.Function{begin, pong, flow.View("No", flow.Project(Pinged.Key, func(r table, _ Pinged) table { return r }))},
			[]string{`function name "No" is not 3 to 49`},
		},
		"nil in the catalogue": {flow.Join(events, flow.Final(nil)), []flow.Function{begin, pong}, []string{"the catalogue holds nil"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := flow.Check(flow.App{Events: c.events, Functions: c.add})
			var check *flow.CheckError
			if !errors.As(err, &check) {
				t.Fatalf("error %v, want a CheckError", err)
			}
			for _, p := range check.Problems {
				if containsAll(p, c.want) {
					return
				}
			}
			t.Fatalf("%v\nwant a problem with %q", err, c.want)
		})
	}
}

func containsAll(text string, parts []string) bool {
	for _, p := range parts {
		if !strings.Contains(text, p) {
			return false
		}
	}
	return true
}

func TestAfter(t *testing.T) {
	t.Parallel()
	e := light.BurnDue{Deadline: flow.After(time.Minute), Light: "1"}
	if e.Delay() != time.Minute || e != (light.BurnDue{Deadline: flow.After(time.Minute), Light: "1"}) {
		t.Fatalf("%+v", e)
	}
}

func TestCheckKey(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"1", "a", "A.b_c-d@e:f+g=h,i", strings.Repeat("k", 128)} {
		if err := flow.CheckKey(key); err != nil {
			t.Errorf("%q: %v", key, err)
		}
	}
	for _, key := range []string{"", ".", "..", "a..b", "a/b", "/", "-a", "_a", "a b", "a\x00", "ä", "a\nb", "%2f", "a~b", "a?b", strings.Repeat("k", 129)} {
		if flow.CheckKey(key) == nil {
			t.Errorf("%q was taken", key)
		}
	}
}
