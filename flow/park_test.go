package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
)

func TestFunctionThatFailsIsParkedAfterItsAttempts(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("jam", "h")
	r.press("a", "h")
	r.Run()
	n, parked := r.count(r.System().Parked(t.Context()))
	if n != 1 || parked.Function != "count-light" || parked.Attempts != 3 || !strings.Contains(parked.Error, "jammed") || parked.Event.Stream != "light/jam" {
		t.Fatalf("%d parked, the last %+v", n, parked)
	}
	if n, _ := r.count(r.System().Retrying(t.Context())); n != 0 {
		t.Fatalf("%d still to be retried", n)
	}
	if !strings.Contains(r.story(), "meter/h meter.counted") {
		t.Fatalf("the other light was held up: %s", r.story())
	}
}

func TestRejectParksAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("never", "h")
	r.Run()
	if n, parked := r.count(r.System().Parked(t.Context())); n != 1 || parked.Attempts != 1 {
		t.Fatalf("%d parked, the last %+v", n, parked)
	}
}

func TestPanicIsAFailure(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("panic", "h")
	r.Run()
	if n, parked := r.count(r.System().Parked(t.Context())); n != 1 || !strings.Contains(parked.Error, "the meter burst") {
		t.Fatalf("%d parked, the last %+v", n, parked)
	}
}

func TestRetryWaits(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("later", "h")
	r.Run()
	if n, f := r.count(r.System().Retrying(t.Context())); n != 1 || f.Attempts != 1 {
		t.Fatalf("%d to be retried, the last %+v", n, f)
	}
	r.press("a", "h")
	r.Run()
	r.Wait(59 * time.Second)
	if strings.Count(r.story(), "meter.counted") != 1 {
		t.Fatalf("retried too early: %s", r.story())
	}
	r.Wait(time.Second)
	if strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("not retried: %s", r.story())
	}
	if n, _ := r.count(r.System().Retrying(t.Context())); n != 0 {
		t.Fatalf("%d still to be retried", n)
	}
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("later", "h")
	for range 3 {
		r.Run()
		r.Wait(time.Minute)
	}
	n, parked := r.count(r.System().Parked(t.Context()))
	if n != 1 {
		t.Fatalf("%d parked", n)
	}
	if _, err := r.System().Redrive(t.Context(), parked.ID); err == nil {
		t.Fatal("redriven though it still fails")
	}
	if _, again := r.count(r.System().Parked(t.Context())); again.Attempts != parked.Attempts+1 {
		t.Fatalf("%d attempts, want one more than %d", again.Attempts, parked.Attempts)
	}
	r.press("a", "h")
	r.Run()
	if _, err := r.System().Redrive(t.Context(), parked.ID); err != nil {
		t.Fatal(err)
	}
	if n, _ := r.count(r.System().Parked(t.Context())); n != 0 || strings.Count(r.story(), "meter.counted") != 2 {
		t.Fatalf("%d parked: %s", n, r.story())
	}
	if _, err := r.System().Redrive(t.Context(), parked.ID); !errors.Is(err, flow.ErrUnknown) {
		t.Fatalf("error %v, want ErrUnknown", err)
	}
}

func TestMessageThatCannotBeReadIsParkedWithItsBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("a", "h")
	good := message(receipt.Events[0], "count-light")
	for name, spoil := range map[string]func(*driver.Message){
		"data":        func(m *driver.Message) { m.Data = []byte{0xff, 0} },
		"id":          func(m *driver.Message) { m.ID = "" },
		"topic":       func(m *driver.Message) { m.Topic = "meter.counted" },
		"specversion": func(m *driver.Message) { m.Attributes = map[string]string{} },
		"source":      func(m *driver.Message) { m.Attributes["source"] = "elsewhere" },
		"sequence":    func(m *driver.Message) { m.Attributes["sequence"] = "-1" },
		"time":        func(m *driver.Message) { m.Attributes["time"] = "noon" },
		"correlation": func(m *driver.Message) { m.Attributes["correlationid"] = "" },
	} {
		bad := message(receipt.Events[0], "count-light")
		spoil(&bad)
		if err := r.System().Deliver(t.Context(), bad); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	n, parked := r.count(r.System().Parked(t.Context()))
	if n != 8 || parked.Message == nil {
		t.Fatalf("%d parked, the last %+v", n, parked)
	}
	if err := r.System().Deliver(t.Context(), good); err != nil {
		t.Fatal(err)
	}
}

func TestDeadLetterIsBuried(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("a", "h")
	m := message(receipt.Events[0], "count-light")
	m.Attempt = 20
	if err := r.System().Bury(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	n, parked := r.count(r.System().Parked(t.Context()))
	if n != 1 || parked.Attempts != 20 || !strings.Contains(parked.Error, "gave up") {
		t.Fatalf("%d parked, the last %+v", n, parked)
	}
}

// TestItemsThatFailDoNotStarveTheOthers puts more deadlines that can't be read on
// the agenda than one tick takes, before one that can.
func TestItemsThatFailDoNotStarveTheOthers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range 250 {
		bad := driver.Item{Kind: driver.Deadlines, ID: fmt.Sprintf("bad-%03d", i), Due: 1, Body: []byte("{")}
		if err := r.memory.Agenda().Put(t.Context(), bad); err != nil {
			t.Fatal(err)
		}
	}
	r.press("a", "h")
	r.Clock().Advance(testapp.BurnAfter)
	for range 2 {
		if _, err := r.System().Tick(t.Context()); err == nil {
			t.Fatal("the bad items are no error")
		}
	}
	if !strings.Contains(r.story(), "light.burn_due") {
		t.Fatalf("the deadline did not fall due: %s", r.story())
	}
}

func TestCommandWhoseFunctionFailsSaysSo(t *testing.T) {
	t.Parallel()
	app := testapp.App(nil)
	app.Functions = append(app.Functions[1:len(app.Functions):len(app.Functions)],
		flow.Command("press-light", func(testapp.Light, light.Press) ([]light.Event, error) { panic("no bulb") }).
			Emits(light.SwitchedOn{}, light.SwitchedOff{}, light.BurnDue{}))
	w := flowtest.NewWorld(t, app, nil)
	_, err := w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`)})
	if !errors.Is(err, flow.ErrFailed) || !strings.Contains(err.Error(), "no bulb") {
		t.Fatalf("error %v, want ErrFailed", err)
	}
}
