package flow_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
)

// TestP4ViewIsTheFoldOfTheLog delivers the events of one light to its view in
// many orders, some several times, and compares the document with the fold of
// the log after each delivery of all.
func TestP4ViewIsTheFoldOfTheLog(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		r := newRig(t)
		for range 5 {
			r.press("a", "h")
		}
		r.Hold("light.switched_on")
		r.Run()
		r.Release("light.switched_on")
		random := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(seed+1, 1+random.IntN(3))
		r.press("a", "h")
		r.Run()
		if got, want := r.document("lights", "a"), foldOfTheLog(t, r); got != want {
			t.Fatalf("seed %d: document\n%s\nthe log's fold\n%s", seed, got, want)
		}
	}
}

// foldOfTheLog folds the document of light a straight from the log.
func foldOfTheLog(t *testing.T, r *rig) string {
	t.Helper()
	names := map[string]string{"light.switched_on": "on", "light.switched_off": "off", "meter.counted": "counted", "bell.rung": "rung"}
	var s testapp.Summary
	for e, err := range r.System().Log(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		s.Story = append(s.Story, names[e.Type])
		switch e.Type {
		case "light.switched_on":
			s.On = true
		case "light.switched_off":
			s.On = false
		}
	}
	return toJSON(t, s)
}

func TestDocumentOfAnotherShapeIsFoldedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.Run()
	doc, err := r.memory.Views().Get(t.Context(), "lights", "a")
	if err != nil {
		t.Fatal(err)
	}
	doc.Body = []byte(`{"story":["written by an older program"]}`)
	doc.Memory = fmt.Appendf(nil, `{"shape":"older",%s`, doc.Memory[len(`{"shape":"0123456789abcdef01234567",`):])
	if err := r.memory.Views().Put(t.Context(), doc, ""); err != nil {
		t.Fatal(err)
	}
	r.press("a", "h")
	r.Run()
	if got, want := r.document("lights", "a"), `{"story":["on","counted","off","rung"],"on":false}`; got != want {
		t.Fatalf("document %s, want %s", got, want)
	}
}

func TestTimesFollowCauseAndStream(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.Run()
	r.Clock().Advance(-24 * 3600 * 1e9) // the clock is set back by a day
	r.press("a", "h")
	r.press("b", "h")
	r.Run()
	events := map[string]flow.Recorded{}
	latest := map[string]flow.Recorded{}
	for e, err := range r.System().Log(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		events[e.ID] = e
		if before, ok := latest[e.Stream]; ok && (e.Seq != before.Seq+1 || e.Time < before.Time) {
			t.Errorf("%s/%d at %s follows %d at %s", e.Stream, e.Seq, e.Time, before.Seq, before.Time)
		}
		latest[e.Stream] = e
		if cause, ok := events[e.Cause]; e.Cause != "" && (!ok || cause.Time >= e.Time || cause.Correlation != e.Correlation) {
			t.Errorf("%s %s at %s: its cause is not before it", e.Stream, e.Type, e.Time)
		}
	}
}

func TestFlowtestSeesWhatTheEngineReliesOn(t *testing.T) {
	t.Parallel()
	app := testapp.App(nil)
	for _, f := range app.Functions {
		if f.Name() == "houses" {
			flowtest.View(t, f).Given(counted("a"), counted("b"), counted("a")).Then("h", testapp.Count{Counted: 3})
		}
	}
}

func counted(light string) flow.Event { return meter.Counted{House: "h", Light: light} }
