// Package apart checks that a platform carries what the tick hands over.
package apart

import (
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
)

// Check has a function wait for what is not there yet, on a platform with a broker, and
// the tick, which runs no function, hand the waiting over to it.
func Check(t *testing.T, p driver.Platform) {
	t.Helper()
	p.Elsewhere = func(string) bool { return true }
	w := flowtest.NewWorld(t, testapp.App(nil), &p)
	press := func(light string) {
		t.Helper()
		if _, err := w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"` + light + `","house":"h"}`)}); err != nil {
			t.Fatal(err)
		}
		w.Run()
	}
	press("later") // counted once another light is
	press("a")
	if n := counted(t, w); n != 1 {
		t.Fatalf("counted %d before the tick, want 1", n)
	}
	w.Clock().Advance(time.Hour)
	ticked, err := w.System().Tick(t.Context())
	if err != nil || ticked.HandedOver != 1 || counted(t, w) != 1 {
		t.Fatalf("%+v, %v, counted %d", ticked, err, counted(t, w))
	}
	w.Run()
	if n := counted(t, w); n != 2 {
		t.Fatalf("counted %d, want 2", n)
	}
	for failure, err := range w.System().Retrying(t.Context()) {
		t.Errorf("left on the agenda: %s, %v", failure.ID, err)
	}
}

// counted returns how many lights the meter has counted.
func counted(t *testing.T, w *flowtest.World) int {
	t.Helper()
	n := 0
	for e, err := range w.System().Stream(t.Context(), "meter", "h") {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == "meter.counted" {
			n++
		}
	}
	return n
}
