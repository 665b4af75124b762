package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
	old "github.com/onevent/onevent/flow/internal/testapp/old/light"
	"github.com/onevent/onevent/flow/memory"
)

// newTappedRig is a rig with a tap on lights, which emits what old lights do: Lit
// for each that was switched on.
func newTappedRig(t *testing.T, fail func(flow.Recorded) error) (r *rig, keys map[string]int) {
	t.Helper()
	r, keys = &rig{t: t, memory: memory.New(), rings: map[string]int{}}, map[string]int{}
	app := testapp.App(r.ring)
	app.Events = flow.Join(app.Events, flow.Final(tapped{}))
	app.Functions = append(app.Functions, flow.Tap("echo", flow.Final(light.SwitchedOn{}, light.BurnedOut{}, meter.Counted{}),
		func(ctx context.Context, e flow.Recorded) ([]flow.Event, error) {
			keys[flow.IdempotencyKey(ctx)]++
			if err := fail(e); err != nil || e.Type != "light.switched_on" {
				return nil, err
			}
			return []flow.Event{tapped{Of: e.ID}}, nil
		}).Emits(tapped{}))
	r.World = flowtest.NewWorld(t, app, &driver.Platform{Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Reach: r.reach})
	return r, keys
}

// tapped is the event of a test's tap.
type tapped struct {
	Of string `json:"of"`
}

func (tapped) Type() string  { return "flow_test.tapped" }
func (e tapped) Key() string { return e.Of }

func TestTapTakesNothingAndRecordsOnce(t *testing.T) {
	t.Parallel()
	r, keys := newTappedRig(t, func(flow.Recorded) error { return nil })
	r.Shuffle(7, 3)
	r.press("a", "h")
	r.press("a", "h")
	r.press("b", "h")
	r.Run()
	if n := strings.Count(r.story(), "flow_test.tapped"); n != 2 || strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("%d tapped: %s", n, r.story())
	}
	if len(keys) != 4 { // two lights, two meters
		t.Fatalf("keys %v", keys)
	}
	if a := r.audit(); !a.Quiet() || a.Accepted != a.Handled || len(differences(t, r.System())) != 0 {
		t.Fatalf("%+v", a)
	}
}

func TestTapThatFailsHoldsUpNobody(t *testing.T) {
	t.Parallel()
	r, _ := newTappedRig(t, func(e flow.Recorded) error {
		if e.Stream == "light/a" {
			return errors.New("nobody listens")
		}
		return nil
	})
	r.press("a", "h")
	r.press("b", "h")
	r.Run()
	if parked := r.parked(); len(parked) != 1 || parked[0].Function != "echo" || strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("parked %+v: %s", parked, r.story())
	}
}

func TestCheckOfTaps(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, flow.Recorded) ([]light.Event, error) { return nil, nil }
	for want, tap := range map[string]flow.Function{
		"would never end":        flow.Tap("echo", flow.Final(light.BurnedOut{}), nothing).Emits(light.BurnedOut{}),
		"taps no event":          flow.Tap("echo", flow.Catalogue{}, nothing).Emits(light.BurnedOut{}),
		"does not say what it":   flow.Tap("echo", flow.Final(meter.Counted{}), nothing),
		"catalogue does not dec": flow.Tap("echo", flow.Final(old.Lit{}), func(context.Context, flow.Recorded) ([]meter.Event, error) { return nil, nil }).Emits(meter.Counted{}),
	} {
		app := testapp.App(nil)
		app.Functions = append(app.Functions, tap)
		if err := flow.Check(app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestEventByID(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("a", "h")
	if e, err := r.System().Event(t.Context(), receipt.Events[0].ID); err != nil || e.Type != "light.switched_on" {
		t.Fatalf("%+v, %v", e, err)
	}
	for _, id := range []string{"", "x", "x-0", receipt.ID, receipt.ID + "-9", "../-1"} {
		if _, err := r.System().Event(t.Context(), id); !errors.Is(err, flow.ErrUnknown) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestIncomingsAreKept(t *testing.T) {
	t.Parallel()
	r := newHookedRig(t)
	for id, body := range map[string]string{"w1": `{"light":"a","what":"off"}`, "w2": `{"what":"hello"}`} {
		if _, err := r.receive(id, body); err != nil {
			t.Fatal(err)
		}
		r.Clock().Advance(time.Second)
	}
	r.press("b", "h")
	for source, want := range map[string]int{"": 2, "fuse_box": 2, "other": 0} {
		n := 0
		for k, err := range r.System().Incomings(t.Context(), source, 0, driver.Forever) {
			if err != nil || k.Source != "fuse_box" || len(k.Request.Body) == 0 || k.Request.Header["Id"][0] != k.ID {
				t.Fatalf("%+v, %v", k, err)
			}
			n++
		}
		if n != want {
			t.Errorf("%q: %d, want %d", source, n, want)
		}
	}
}
