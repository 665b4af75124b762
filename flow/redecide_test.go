package flow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
)

// differences returns what the system would decide otherwise.
func differences(t *testing.T, s *flow.System) (all []flow.Difference) {
	t.Helper()
	for d, err := range s.Redecide(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// seasoned returns a rig whose log has decisions of all kinds: commands, marks,
// deadlines, effects, and decisions on states that have long changed.
func seasoned(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.Shuffle(3, 2)
	for range 3 {
		for _, l := range []string{"a", "b", "c"} {
			r.press(l, "h")
		}
	}
	for range testapp.MeterLimit { // the meter ends with marks
		r.press("d", "h")
		r.press("d", "h")
	}
	r.Run()
	r.Wait(testapp.BurnAfter)
	r.Run()
	return r
}

func TestP7SameLogSameCodeSameDecisions(t *testing.T) {
	t.Parallel()
	r := seasoned(t)
	rung, before := r.calls(), r.story()
	if found := differences(t, r.System()); len(found) != 0 {
		t.Fatalf("%d differences, the first: %s", len(found), found[0])
	}
	if r.calls() != rung || r.story() != before {
		t.Fatal("deciding again called an effect, or wrote")
	}
	if r.Step() {
		t.Fatal("deciding again published something")
	}
}

func TestRedecideFindsWhatNewCodeDoesOtherwise(t *testing.T) {
	t.Parallel()
	r := seasoned(t)
	found := differences(t, flowtest.NewWorld(t, mended(testapp.App(r.ring)), r.platform()).System())
	if len(found) == 0 {
		t.Fatal("a meter that counts on after its limit decides the same")
	}
	for _, d := range found {
		if d.Function != "count-light" || len(d.Was) != 0 || len(d.Now) != 1 || d.Seq != 0 || !strings.Contains(d.Now[0], "meter.counted") {
			t.Fatalf("difference %+v", d)
		}
	}
	broken := testapp.App(r.ring)
	broken.Functions = slices.Clone(broken.Functions)
	for i, f := range broken.Functions {
		if f.Name() == "count-light" {
			broken.Functions[i] = flow.On("count-light", light.SwitchedOn.Where,
				func(testapp.Meter, light.SwitchedOn) ([]meter.Event, error) { return nil, errors.New("no") }).Emits(meter.Counted{})
		}
	}
	found = differences(t, flowtest.NewWorld(t, broken, r.platform()).System())
	if len(found) == 0 || found[0].Err == nil || !strings.Contains(found[0].String(), "now fails: no") {
		t.Fatalf("%d differences: %+v", len(found), found)
	}
}

func (r *rig) platform() *driver.Platform {
	return &driver.Platform{Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda()}
}

func TestRedecideLeavesOutWhatIsNoDecision(t *testing.T) {
	t.Parallel()
	r := newWatchedRig(t, flow.Watch{PauseAfter: 1, Grace: time.Minute, StallAfter: time.Minute})
	r.fail = errors.New("no line")
	r.press("a", "h")
	r.press("a", "h")
	for range 5 {
		r.Run()
		r.tick(time.Hour)
	}
	if !strings.Contains(r.story(), "function.failed") || !strings.Contains(r.story(), "flow.stalled") {
		t.Fatalf("story %s", r.story())
	}
	if found := differences(t, r.System()); len(found) != 0 {
		t.Fatalf("%d differences, the first: %s", len(found), found[0])
	}
}
