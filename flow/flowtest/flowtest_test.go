package flowtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
)

// A probe is a testing.TB that records that a test failed, and why.
type probe struct {
	testing.TB
	failed string
}

func (p *probe) Helper() {}

func (p *probe) Fatalf(format string, args ...any) {
	p.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// outcome runs a test and returns why it failed, empty if it passed.
func outcome(t *testing.T, test func(t testing.TB)) string {
	t.Helper()
	p := &probe{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(p)
	}()
	<-done
	return p.failed
}

// A Sloppy meter changes its own map, and keeps what it does not store.
type Sloppy struct {
	Counts map[string]int `json:"counts"`
	Hidden int            `json:"-"`
}

// Evolve writes to the receiver's map.
func (s Sloppy) Evolve(e meter.Event) Sloppy {
	if s.Counts == nil {
		s.Counts = map[string]int{}
	}
	s.Counts[e.Key()]++
	return s
}

func (s Sloppy) count(e light.SwitchedOn) ([]meter.Event, error) {
	return []meter.Event{meter.Counted{House: e.House, Light: e.Light}}, nil
}

// forgetful decides by what is not stored.
func forgetful() func(Sloppy, light.SwitchedOn) ([]meter.Event, error) {
	calls := 0
	return func(s Sloppy, e light.SwitchedOn) ([]meter.Event, error) {
		if calls++; calls > 1 {
			return nil, nil
		}
		return s.count(e)
	}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	on, counted := light.SwitchedOn{Light: "a", House: "h"}, meter.Counted{House: "h", Light: "a"}
	for name, c := range map[string]struct {
		test func(t testing.TB)
		want string // part of why it fails; empty if it passes
	}{
		"as decided": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Meter.OnSwitchedOn).Given(counted).When(on).Then(counted)
		}, ""},
		"not as decided": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Meter.OnSwitchedOn).When(on).ThenNothing()
		}, `decided
  [meter.counted {"house":"h","light":"a"}]
want
  []`},
		"error": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Meter.OnSwitchedOn).When(light.SwitchedOn{Light: "jam", House: "h"}).Then(counted)
		}, `decided the error "the meter is jammed"`},
		"error as wanted": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Meter.OnSwitchedOn).When(light.SwitchedOn{Light: "jam", House: "h"}).ThenError("jammed")
		}, ""},
		"no error though wanted": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Meter.OnSwitchedOn).When(on).ThenError("jammed")
		}, `want an error that contains "jammed"`},
		"refused": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Light.Press).Given(light.BurnedOut{Light: "a"}).When(light.Press{Light: "a"}).ThenRefused("burned_out")
		}, ""},
		"not refused": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Light.Press).When(light.Press{Light: "a"}).ThenRefused("burned_out")
		}, `want the refusal "burned_out"`},
		"deadline": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Light.Press).When(light.Press{Light: "a"}).
				Then(light.SwitchedOn{Light: "a"}, light.BurnDue{Deadline: flow.After(testapp.BurnAfter), Light: "a"})
		}, ""},
		"other deadline": {func(t testing.TB) {
			flowtest.Decide(t, testapp.Light.Press).When(light.Press{Light: "a"}).
				Then(light.SwitchedOn{Light: "a"}, light.BurnDue{Deadline: flow.After(1), Light: "a"})
		}, `light.burn_due {"light":"a"} after 10m0s`},
		"state changed behind the back": {func(t testing.TB) {
			flowtest.Decide(t, Sloppy.count).Given(counted, counted)
		}, "changed its receiver"},
		"impure decision": {func(t testing.TB) {
			flowtest.Decide(t, forgetful()).When(on).Then(counted)
		}, "and on the same state, stored and read back"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := outcome(t, c.test)
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Fatalf("outcome %q, want %q", got, c.want)
			}
		})
	}
}

func TestTallyThatDependsOnOrderIsFound(t *testing.T) {
	t.Parallel()
	type row struct{ Last string }
	last := flow.Tally("last", flow.Project(meter.Counted.Key, func(_ row, e meter.Counted) row { return row{e.Light} }))
	got := outcome(t, func(t testing.TB) {
		flowtest.View(t, last).Given(meter.Counted{House: "h", Light: "a"}, meter.Counted{House: "h", Light: "b"}).Then("h", row{"b"})
	})
	if !strings.Contains(got, "in the order") {
		t.Fatalf("outcome %q", got)
	}
}

var update = flowtest.UpdateFlag()

func TestStories(t *testing.T) {
	t.Parallel()
	flowtest.Stories(t, "testdata/*.txt", func(*testing.T) (flow.App, map[string]flowtest.Command) {
		return testapp.App(nil), map[string]flowtest.Command{
			"echo": func(_ *flowtest.World, args []string) (string, error) { return strings.Join(args, "|"), nil },
		}
	}, flowtest.Options{Update: *update})
}
