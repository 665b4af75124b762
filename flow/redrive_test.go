package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// tick moves the clock on and does what has fallen due.
func (r *rig) tick(d time.Duration) flow.Ticked {
	r.t.Helper()
	r.Clock().Advance(d)
	ticked, err := r.System().Tick(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return ticked
}

// parked returns what is parked, all of it.
func (r *rig) parked() []flow.Failure {
	r.t.Helper()
	var all []flow.Failure
	for f, err := range r.System().Parked(r.t.Context()) {
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func TestFailureTellsItsHistory(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("jam", "h")
	r.Run()
	parked := r.parked()
	if len(parked) != 1 || len(parked[0].History) != 3 || parked[0].Rejected || parked[0].Held {
		t.Fatalf("parked %+v", parked)
	}
	h := parked[0].History
	if h[0].At != parked[0].First || h[2].At != parked[0].Last || h[0].At >= h[2].At || !strings.Contains(h[1].Error, "jammed") {
		t.Fatalf("history %+v of %+v", h, parked[0])
	}
	if want := parked[0].Last.Add(time.Hour); parked[0].Next != want {
		t.Fatalf("tried again at %s, want %s", parked[0].Next, want)
	}
	for range 20 {
		_, _ = r.System().Redrive(t.Context(), parked[0].ID)
	}
	if again := r.parked()[0]; len(again.History) != 10 || again.Attempts != 23 || again.Redrives != 20 {
		t.Fatalf("after 20 redrives %+v", again)
	}
}

func TestParkedIsRedrivenWithGrowingPauses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("later", "h") // its function waits for another light
	for range 3 {
		r.Run()
		r.tick(time.Minute)
	}
	pauses := []time.Duration{}
	for range 7 {
		f := r.parked()[0]
		pause := f.Next.Time().Sub(f.Last.Time())
		pauses = append(pauses, pause)
		if r.tick(f.Next.Time().Sub(r.Clock().Now()) - time.Microsecond); r.parked()[0].Redrives != f.Redrives {
			t.Fatal("redriven too early")
		}
		r.tick(time.Microsecond)
	}
	if want := "[1h0m0s 2h0m0s 4h0m0s 8h0m0s 16h0m0s 24h0m0s 24h0m0s]"; fmt.Sprint(pauses) != want {
		t.Fatalf("pauses %v, want %s", pauses, want)
	}
	r.press("a", "h")
	r.Run()
	if ticked := r.tick(24 * time.Hour); ticked.Redriven != 1 || len(r.parked()) != 0 || strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("%+v, %d parked: %s", ticked, len(r.parked()), r.story())
	}
}

func TestRejectedWaitsForAPersonOrANewVersion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("never", "h")
	r.Run()
	if r.tick(1000 * time.Hour); r.parked()[0].Attempts != 1 || r.parked()[0].Next != 0 {
		t.Fatalf("parked %+v", r.parked())
	}
}

func TestNewVersionRedrivesAtOnce(t *testing.T) {
	t.Parallel()
	store := memory.New()
	platform := &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()}
	world := func(version, broken string) *rig {
		app := testapp.App(func(context.Context, string, string) error { return nil })
		app.Version = version
		if broken == "" {
			app = mended(app)
		}
		return &rig{t: t, World: flowtest.NewWorld(t, app, platform), memory: store}
	}
	old := world("v1", "never")
	for _, light := range []string{"never", "jam"} {
		old.press(light, "h")
	}
	old.Run()
	if n := len(old.parked()); n != 2 || !slices.Equal(old.parked()[0].Versions, []string{"v1"}) {
		t.Fatalf("%d parked: %+v", n, old.parked())
	}
	if old.tick(time.Second); old.parked()[1].Attempts != 1 {
		t.Fatal("the same version tried again at once")
	}
	fresh := world("v2", "")
	fresh.Clock().Advance(time.Minute)
	if ticked := fresh.tick(0); ticked.Redriven != 2 || len(fresh.parked()) != 0 {
		t.Fatalf("%+v, %d parked", ticked, len(fresh.parked()))
	}
	if n := strings.Count(fresh.story(), "meter.counted"); n != 2 {
		t.Fatalf("counted %d: %s", n, fresh.story())
	}
}

// mended returns the application with a meter that counts every light.
func mended(app flow.App) flow.App {
	app.Functions = slices.Clone(app.Functions)
	for i, f := range app.Functions {
		if f.Name() == "count-light" {
			app.Functions[i] = testapp.CountEvery()
		}
	}
	return app
}

func TestRedriveAllSelectsAndKeepsItsRate(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, light := range []string{"jam", "never", "panic"} {
		r.press(light, "h")
	}
	r.Run()
	for _, c := range []struct {
		selected flow.Selection
		want     int
	}{
		{flow.Selection{Function: "ring-bell"}, 0},
		{flow.Selection{Error: "jammed"}, 1},
		{flow.Selection{Type: "light.switched_on", Error: "burst"}, 1},
		{flow.Selection{Type: "light.switched_off"}, 0},
		{flow.Selection{Function: "count-light"}, 3},
	} {
		if n, err := r.System().RedriveAll(t.Context(), c.selected, 0); n != c.want || err != nil {
			t.Fatalf("%+v selects %d, %v; want %d", c.selected, n, err, c.want)
		}
	}
	r.tick(0)
	attempts := func() (n int) {
		for _, f := range r.parked() {
			n += f.Redrives
		}
		return n
	}
	if attempts() != 3 {
		t.Fatalf("%d redriven, want 3", attempts())
	}
	if _, err := r.System().RedriveAll(t.Context(), flow.Selection{}, 0.5); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{4, 5, 6, 6} {
		if r.tick(time.Duration(min(i, 1)) * 2 * time.Second); attempts() != want {
			t.Fatalf("after %d times 2 s: %d redriven, want %d", i, attempts(), want)
		}
	}
	for _, rate := range []float64{-1, 1e-300} {
		if _, err := r.System().RedriveAll(t.Context(), flow.Selection{}, rate); !errors.As(err, new(*flow.InvalidError)) {
			t.Fatalf("a rate of %v: %v", rate, err)
		}
	}
}

func TestParkedOne(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("never", "h")
	r.Run()
	if f, err := r.System().ParkedOne(t.Context(), r.parked()[0].ID); err != nil || f.Function != "count-light" {
		t.Fatalf("%+v, %v", f, err)
	}
	if _, err := r.System().ParkedOne(t.Context(), "nothing"); !errors.Is(err, flow.ErrUnknown) {
		t.Fatal(err)
	}
}

// An event that nearly fills a record is parked without its data, and redriven
// with it.
func TestLargeEventIsParkedAndRedriven(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	house := strings.Repeat("h", 100)
	receipt := r.press("later", house)
	// The agenda's limit is made small instead of the event large.
	r.agenda.limit = 600 + len(receipt.Events[0].Data)
	for range 3 {
		r.Run()
		r.tick(time.Minute)
	}
	parked := r.parked()
	if len(parked) != 1 || string(parked[0].Event.Data) != "null" {
		t.Fatalf("parked %+v", parked)
	}
	r.agenda.limit = 0
	r.press("a", house)
	r.Run()
	if _, err := r.System().Redrive(t.Context(), parked[0].ID); err != nil || strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("%v: %s", err, r.story())
	}
}

// A dead letter whose event was handled is not parked: what was recorded is
// published again.
func TestDeadLetterOfAHandledEventIsNotParked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("a", "h")
	m := message(receipt.Events[0], "count-light")
	r.crash = flow.PointCommitted
	if err := r.System().Deliver(t.Context(), m); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	m.Attempt = 20
	if err := r.System().Bury(t.Context(), m); err != nil || len(r.parked()) != 0 {
		t.Fatalf("%v, %d parked", err, len(r.parked()))
	}
	if ticked := r.tick(0); ticked.Retried != 1 {
		t.Fatalf("%+v", ticked)
	}
	r.Run()
	if r.document("houses", "h") != `{"counted":1}` {
		t.Fatal("what was recorded was not published")
	}
}
