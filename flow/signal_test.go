package flow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// newSignalledRig is a rig whose signals are written to out.
func newSignalledRig(t *testing.T, out io.Writer) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}}
	r.World = flowtest.NewWorld(t, testapp.App(r.ring), &driver.Platform{
		Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Reach: r.reach, Signals: slog.New(slog.NewJSONHandler(out, nil)),
	})
	return r
}

// signalled returns the lines of signals, without their time.
func signalled(t *testing.T, out *bytes.Buffer) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		delete(fields, "time")
		text, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(text))
	}
	return lines
}

// However a handling comes to be given up, one line says so.
func TestParkingIsSignalled(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct {
		park     func(r *rig, e flow.Recorded) error
		light    string
		attempts int
		rejected bool
		unread   bool
		error    string
	}{
		"attempts": {func(r *rig, _ flow.Recorded) error { r.Run(); return nil }, "jam", 3, false, false, "the meter is jammed"},
		"rejected": {func(r *rig, _ flow.Recorded) error { r.Run(); return nil }, "never", 1, true, false, "rejected: not that light"},
		"tick": {func(r *rig, _ flow.Recorded) error {
			for range 3 {
				r.Run()
				r.Wait(time.Minute)
			}
			return nil
		}, "later", 3, false, false, "retry after 1m0s: the meter is empty"},
		"unreadable": {func(r *rig, e flow.Recorded) error {
			m := message(e, "count-light")
			m.Attributes["sequence"] = "-1"
			return r.System().Deliver(t.Context(), m)
		}, "a", 1, false, true, ""},
		"dead letter": {func(r *rig, e flow.Recorded) error {
			m := message(e, "count-light")
			m.Attempt = 20
			return r.System().Bury(t.Context(), m)
		}, "a", 20, false, false, "the broker gave up on the message"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := newSignalledRig(t, &out)
			receipt := r.press(way.light, "h")
			if err := way.park(r, receipt.Events[0]); err != nil {
				t.Fatal(err)
			}
			n, parked := r.count(r.System().Parked(t.Context()))
			if n != 1 {
				t.Fatalf("%d parked", n)
			}
			correlation, text := receipt.Correlation, way.error
			if way.unread {
				correlation, text = "", parked.Error
			}
			want := fmt.Sprintf(
				`{"attempts":%d,"error":%q,"event":%q,"failure":%q,"flow":%q,"function":"count-light","level":"ERROR","msg":%q,"rejected":%t,"type":"light.switched_on"}`,
				way.attempts, text, receipt.Events[0].ID, parked.ID, correlation, flow.SignalParked, way.rejected)
			if got := signalled(t, &out); len(got) != 1 || got[0] != want {
				t.Errorf("signalled %s\nwant %s", got, want)
			}
		})
	}
}

// A redrive that fails is nothing new; a crash before the message is acknowledged
// loses no line.
func TestParkingIsSignalledForACrashAndNotForARedrive(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := newSignalledRig(t, &out)
	receipt := r.press("never", "h")
	r.crash = flow.PointParked
	if err := r.System().Deliver(t.Context(), message(receipt.Events[0], "count-light")); err == nil {
		t.Fatal("it did not crash")
	}
	if got := signalled(t, &out); len(got) != 1 {
		t.Fatalf("signalled %s", got)
	}
	_, parked := r.count(r.System().Parked(t.Context()))
	if _, err := r.System().Redrive(t.Context(), parked.ID); err == nil {
		t.Fatal("redriven though it still fails")
	}
	if got := signalled(t, &out); len(got) != 1 {
		t.Fatalf("signalled %s", got)
	}
}
