package flow_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	old "github.com/onevent/onevent/flow/internal/testapp/old/light"
	"github.com/onevent/onevent/flow/memory"
)

// grown is the test application with all older versions of its events.
func grown(ring testapp.Ring) flow.App {
	app := testapp.App(ring)
	app.Events = flow.Join(app.Events, old.Today(
		func(lamp string) light.SwitchedOn { return light.SwitchedOn{Light: lamp, House: "h"} },
		func(lamp string) light.SwitchedOff { return light.SwitchedOff{Light: lamp} },
	))
	return app
}

// history returns a store with events of the older version, and a rig of the
// application of today on it.
func history(t *testing.T, presses ...string) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}}
	r.log = &faultyLog{Log: r.memory}
	before := flowtest.NewWorld(t, old.App(), r.platform())
	for i, p := range presses {
		lamp, what, _ := strings.Cut(p, " ")
		if _, err := before.Send(flow.Request{
			Command: "light.press", IdempotencyKey: fmt.Sprint(i), Body: fmt.Appendf(nil, `{"lamp":%q,"what":%q}`, lamp, what),
		}); err != nil {
			t.Fatal(err)
		}
	}
	r.World = flowtest.NewWorld(t, grown(r.ring), r.platform())
	r.Clock().Advance(time.Minute)
	return r
}

func TestP9OldVersionsAreReadable(t *testing.T) {
	t.Parallel()
	r := history(t, "a on", "b lit", "c flash")
	for range 3 { // all messages were lost with the old broker
		r.tick(time.Hour)
		r.Run()
	}
	if n := strings.Count(r.story(), "meter.counted"); n != 3 {
		t.Fatalf("%d of 3 lights counted: %s", n, r.story())
	}
	for key, want := range map[string]string{
		"a": `{"story":["on","counted"],"on":true}`,
		"b": `{"story":["on","counted"],"on":true}`,
		"c": `{"story":["on","off","counted","rung"],"on":false}`,
	} {
		if got := r.document("lights", key); got != want {
			t.Errorf("light %s is %s, want %s", key, got, want)
		}
	}
	if r.calls() != 1 {
		t.Errorf("the bell rang %d times", r.calls())
	}
	r.press("a", "h") // off, since it is on
	r.press("c", "h") // on, since the flash is over
	r.Run()
	if got := r.document("lights", "a"); !strings.Contains(got, `"off"`) {
		t.Errorf("light a is %s", got)
	}
	a := r.audit()
	if !a.Quiet() || len(a.Broken) != 0 || a.Accepted != a.Handled {
		t.Errorf("audit %+v", a)
	}
	for e, err := range r.System().Stream(t.Context(), "light", "a") {
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"light.switched_on": 0, "light.switched_off": 0}; e.Version != want[e.Type] {
			t.Errorf("%s has version %d", e.Type, e.Version)
		}
	}
}

// The state of a stream with every version in it is folded alike from a snapshot
// and from the log.
func TestMixedVersionsFold(t *testing.T) {
	t.Parallel()
	r := history(t, "a on", "a lit", "a flash", "a on")
	for range 4 {
		r.press("a", "h")
	}
	r.Run()
	if a := r.audit(); len(a.Broken) != 0 {
		t.Fatalf("broken: %q", a.Broken)
	}
	if found := differences(t, r.System()); len(found) != 1 || found[0].Command != "light.press" {
		// The old commands can't be read any more: they are told, with why.
		for _, d := range found {
			if d.Err == nil {
				t.Errorf("difference %s", d)
			}
		}
	}
}

func TestNewVersionIsWritten(t *testing.T) {
	t.Parallel()
	r := history(t)
	receipt := r.press("a", "h")
	if receipt.Events[0].Version != 2 {
		t.Fatalf("written as version %d, want 2", receipt.Events[0].Version)
	}
	if v := grown(nil).Events.Version("light.switched_on"); v != 2 {
		t.Fatalf("version %d", v)
	}
}

// A consumer that is older than an event leaves it for a newer one.
func TestNewerEventIsLeftForNewerCode(t *testing.T) {
	t.Parallel()
	r := history(t)
	receipt := r.press("a", "h")
	before := flowtest.NewWorld(t, testapp.App(r.ring), r.platform()).System()
	m := message(receipt.Events[0], "count-light")
	m.Attributes["dataschema"] = "urn:onevent:light.switched_on:2"
	if err := before.Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	n, left := r.count(before.Retrying(t.Context()))
	if n != 1 || left.Attempts != 0 || len(r.parked()) != 0 {
		t.Fatalf("%d left: %+v, %d parked", n, left, len(r.parked()))
	}
	if ticked := r.tick(time.Minute); ticked.Retried != 1 || !strings.Contains(r.story(), "meter.counted") {
		t.Fatalf("%+v: %s", ticked, r.story())
	}
}

func TestCheckOfVersions(t *testing.T) {
	t.Parallel()
	type lamp struct {
		Lamp string `json:"lamp"`
	}
	type other lamp
	up := func(l lamp) light.SwitchedOn { return light.SwitchedOn{Light: l.Lamp} }
	for want, olds := range map[string][]flow.Old{
		"is declared twice":       {flow.Upcast("light.switched_on", 1, up), flow.Upcast("light.switched_on", 1, func(o other) light.SwitchedOn { return light.SwitchedOn{} })},
		"and version 1 is not":    {flow.Upcast("light.switched_on", 2, up)},
		"versions begin with 1":   {flow.Upcast("light.switched_on", 0, up)},
		"is not namespace.name":   {flow.Upcast("Light", 1, up)},
		"events are structs":      {flow.Upcast("light.lit", 1, func(string) light.SwitchedOn { return light.SwitchedOn{} })},
		"neither an event of the": {flow.Upcast("light.lit", 1, func(l lamp) other { return other(l) })},
		"becomes nothing":         {flow.Split("light.lit", 1, func(lamp) []any { return nil })},
		"can't hold":              {flow.Upcast("light.lit", 1, func(struct{ F func() }) light.SwitchedOn { return light.SwitchedOn{} })},
	} {
		app := testapp.App(nil)
		app.Events = flow.Join(app.Events, flow.Versions(olds...))
		if err := flow.Check(app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if err := flow.Check(grown(nil)); err != nil {
		t.Error(err)
	}
}

// What an upcast does wrong parks the event and stops nothing else.
func TestUpcastThatFails(t *testing.T) {
	t.Parallel()
	r := history(t, "bad on", "good on")
	app := testapp.App(r.ring)
	app.Events = flow.Join(app.Events, flow.Versions(
		flow.Split("light.switched_on", 1, func(e old.SwitchedOn) []any {
			if e.Lamp == "bad" {
				panic("no such lamp")
			}
			return []any{light.SwitchedOn{Light: e.Lamp, House: "h"}}
		}, light.SwitchedOn{})))
	r.World = flowtest.NewWorld(t, app, r.platform())
	r.Clock().Advance(time.Hour)
	for _, lamp := range []string{"bad", "good"} {
		for e, err := range r.memory.Stream(context.Background(), "light/"+lamp, 1, math.MaxInt64) {
			if err != nil {
				t.Fatal(err)
			}
			m := driver.Message{
				ID: e.ID + "-0", Topic: "light.switched_on", Subscription: "count-light", Data: fmt.Appendf(nil, `{"lamp":%q}`, lamp),
				Attributes: map[string]string{
					"specversion": "1.0", "source": "/streams/" + e.Stream, "sequence": "1", "time": e.Time.String(), "correlationid": e.Correlation,
				},
			}
			if err := r.System().Deliver(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	if parked := r.parked(); len(parked) != 1 || !strings.Contains(parked[0].Error, "no such lamp") {
		t.Fatalf("parked %+v", parked)
	}
	if !strings.Contains(r.story(), "meter/h meter.counted") {
		t.Fatalf("story %s", r.story())
	}
}
