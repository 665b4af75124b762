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
	"github.com/onevent/onevent/flow/function"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// newWatchedRig is a rig whose application declares what the watchdog finds, and
// has the watch.
func newWatchedRig(t *testing.T, w flow.Watch) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}}
	app := testapp.App(r.ring)
	app.Events = flow.Join(app.Events, flow.Final(function.Failed{}, function.Recovered{}, flow.Stalled{}))
	app.Watch = w
	r.World = flowtest.NewWorld(t, app, &driver.Platform{
		Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Reach: r.reach,
		Elsewhere: func(string) bool { return r.apart },
	})
	return r
}

// types returns the events of a namespace, in the order of the log.
func (r *rig) types(namespace string) string {
	r.t.Helper()
	var types []string
	for e, err := range r.System().Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		if strings.HasPrefix(e.Type, namespace+".") {
			types = append(types, e.Type)
		}
	}
	return strings.Join(types, " ")
}

func TestLostMessagesArePublishedAgain(t *testing.T) {
	t.Parallel()
	r := newWatchedRig(t, flow.Watch{})
	r.press("a", "h")
	r.Lose() // for the function, the views and the tally
	r.tick(14 * time.Minute)
	if r.Run(); strings.Contains(r.story(), "meter.counted") {
		t.Fatal("published again within the grace")
	}
	if ticked := r.tick(time.Minute); ticked.Nudged != 0 {
		t.Fatalf("%+v: an event that was published again waits for its answer", ticked)
	}
	r.Run()
	if !strings.Contains(r.story(), "meter.counted") {
		t.Fatalf("the event was lost: %s", r.story())
	}
	r.Lose()
	if n := len(r.unanswered()); n == 0 {
		t.Fatal("nothing is looked after")
	}
	for range 4 {
		r.tick(time.Hour)
		r.Run()
	}
	if r.document("houses", "h") != `{"counted":1}` || !strings.Contains(r.document("lights", "a"), `["on","counted"`) {
		t.Fatalf("documents %s, %s", r.document("houses", "h"), r.document("lights", "a"))
	}
	if left := r.unanswered(); len(left) != 0 {
		t.Fatalf("still looked after: %v", left)
	}
	if r.types("flow") != "" {
		t.Fatal("a flow that went on was reported as stalled")
	}
}

// unanswered returns the IDs of the events that are looked after.
func (r *rig) unanswered() []string {
	r.t.Helper()
	var ids []string
	for item, err := range r.memory.Agenda().Due(r.t.Context(), driver.Unanswered, driver.Forever, 0) {
		if err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, item.ID)
	}
	return ids
}

// A log that is longer than one look takes, all of whose messages were lost, as
// in an outage of a month.
func TestOutageOfAMonthIsMadeUpFor(t *testing.T) {
	t.Parallel()
	r := newWatchedRig(t, flow.Watch{})
	const lights = 1500
	for i := range lights {
		r.press(fmt.Sprint("l", i), fmt.Sprint("h", i%100))
		r.Lose()
	}
	r.Clock().Advance(30 * 24 * time.Hour)
	for range 100 {
		ticked := r.tick(time.Minute)
		r.Run()
		if r.tick(0); !ticked.More && len(r.unanswered()) == 0 {
			break
		}
	}
	if n := strings.Count(r.story(), "meter.counted"); n != lights {
		t.Fatalf("%d of %d counted", n, lights)
	}
	audit, err := r.System().Audit(t.Context())
	if err != nil || !audit.Quiet() {
		t.Fatalf("%d in flight, %d stale, %v", len(audit.InFlight), len(audit.Stale), err)
	}
}

func TestStalledFlowIsReportedOnce(t *testing.T) {
	t.Parallel()
	r := newWatchedRig(t, flow.Watch{StallAfter: time.Hour})
	receipt := r.press("never", "h")
	r.Run()
	r.tick(30 * time.Minute)
	if r.types("flow") != "" {
		t.Fatal("reported too early")
	}
	for range 5 {
		r.tick(40 * time.Minute)
		r.Run()
	}
	if r.types("flow") != "flow.stalled" {
		t.Fatalf("reported %q", r.types("flow"))
	}
	for e, err := range r.System().Flow(t.Context(), receipt.Correlation) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == "flow.stalled" {
			for _, part := range []string{`"standing":"parked"`, `"function":"count-light"`, `"error":"rejected: not that light"`, receipt.Events[0].ID} {
				if !strings.Contains(string(e.Data), part) {
					t.Errorf("%s lacks %s", e.Data, part)
				}
			}
			return
		}
	}
	t.Fatal("the flow does not tell it")
}

func TestFunctionThatKeepsFailingIsPausedProbedAndResumed(t *testing.T) {
	t.Parallel()
	for name, apart := range map[string]bool{"by the tick": false, "by handing over": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testPause(t, apart)
		})
	}
}

func testPause(t *testing.T, apart bool) {
	t.Helper()
	r := newWatchedRig(t, flow.Watch{PauseAfter: 3, MinProbe: 10 * time.Second, MaxProbe: time.Minute, Grace: -1})
	r.apart = apart
	r.fail = errors.New("no line")
	const lights = 8
	for i := range lights {
		light := fmt.Sprint("l", i)
		r.press(light, "h")
		r.press(light, "h") // off: the bell rings
	}
	r.Run()
	if r.types("function") != "function.failed" {
		t.Fatalf("recorded %q", r.types("function"))
	}
	paused, err := r.System().Paused(t.Context())
	if err != nil || len(paused) != 1 || paused[0].Function != "ring-bell" || !strings.Contains(paused[0].Error, "no line") {
		t.Fatalf("paused %+v, %v", paused, err)
	}
	calls := r.calls()
	if calls >= 3*lights {
		t.Fatalf("called %d times, as if never paused", calls)
	}
	for range 10 { // 10, 20, 40, 60, 60 … seconds
		r.tick(30 * time.Second)
		r.Run()
	}
	if more := r.calls() - calls; more < 4 || more > 8 {
		t.Fatalf("%d attempts in five minutes", more)
	}
	if len(r.parked()) != 0 {
		t.Fatalf("parked while paused: %+v", r.parked())
	}
	r.fail = nil
	for range 4 {
		r.tick(time.Minute)
		r.Run()
	}
	if n := strings.Count(r.story(), "bell.rung"); n != lights {
		t.Fatalf("%d of %d rung", n, lights)
	}
	if paused, _ := r.System().Paused(t.Context()); len(paused) != 0 || r.types("function") != "function.failed function.recovered" {
		t.Fatalf("paused %+v, recorded %q", paused, r.types("function"))
	}
	r.fail = errors.New("no line again")
	for i := range 4 {
		r.press(fmt.Sprint("m", i), "h")
		r.press(fmt.Sprint("m", i), "h")
	}
	if r.Run(); !strings.HasSuffix(r.types("function"), "recovered function.failed") {
		t.Fatalf("recorded %q", r.types("function"))
	}
}

// calls returns how often the bell was called.
func (r *rig) calls() (n int) {
	for _, calls := range r.rings {
		n += calls
	}
	return n
}

// One event that can't be handled is no reason to pause its function.
func TestOneBadEventPausesNothing(t *testing.T) {
	t.Parallel()
	r := newWatchedRig(t, flow.Watch{PauseAfter: 2})
	r.press("jam", "h")
	r.Run()
	r.tick(50 * time.Hour)
	if r.types("function") != "" {
		t.Fatalf("recorded %q", r.types("function"))
	}
}

func TestApplicationThatDeclaresNoWatchEventsGetsNone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range 20 {
		r.press(fmt.Sprint("l", i), "h")
		r.press(fmt.Sprint("l", i), "h")
	}
	r.fail = errors.New("no line")
	r.Run()
	r.tick(100 * time.Hour)
	if r.types("function") != "" || r.types("flow") != "" {
		t.Fatalf("story %s", r.story())
	}
	if paused, err := r.System().Paused(t.Context()); err != nil || len(paused) != 1 {
		t.Fatalf("paused %+v, %v", paused, err)
	}
}

func TestWatchdogsEventsAreItsOwn(t *testing.T) {
	t.Parallel()
	app := testapp.App(nil)
	app.Events = flow.Join(app.Events, flow.Final(function.Failed{}))
	app.Functions = append(app.Functions, flow.On("fake", flow.Stalled.Key, forged.onStalled).Emits(function.Failed{}))
	if err := flow.Check(app); err == nil || !strings.Contains(err.Error(), "only the engine") {
		t.Fatal(err)
	}
}

// A forged state is one of the streams that only the engine writes.
type forged struct{}

func (forged) Evolve(function.Event) forged                     { return forged{} }
func (forged) onStalled(flow.Stalled) ([]function.Event, error) { return nil, nil }

// failures is a view of the functions that failed, for a test.
type failures struct {
	Error string `json:"error"`
}

func (failures) failed(e function.Failed) failures { return failures{Error: e.Error} }

// Two processes pause a function at once. The one whose event is in the log dies
// before it publishes it; the other, which finds nothing to tell, publishes it.
func TestFailureIsPublishedThoughWhoRecordedItDied(t *testing.T) {
	t.Parallel()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}, fail: errors.New("no line")}
	app := testapp.App(r.ring)
	app.Events = flow.Join(app.Events, flow.Final(function.Failed{}, function.Recovered{}, flow.Stalled{}))
	app.Functions = append(app.Functions, flow.View("failures", flow.Project(function.Failed.Key, failures.failed)))
	app.Watch = flow.Watch{PauseAfter: 1, Grace: -1}
	platform := &driver.Platform{Log: r.memory, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Reach: r.reach}
	first, second := flowtest.NewWorld(t, app, platform), flowtest.NewWorld(t, app, platform)
	r.World = first
	receipts := []flow.Receipt{r.press("a", "h"), r.press("a", "h"), r.press("b", "h"), r.press("b", "h")}
	r.crash = flow.PointCommitted
	if err := first.System().Deliver(t.Context(), message(receipts[1].Events[0], "ring-bell")); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	// The second process looked for a pause before the first one wrote it.
	if err := r.memory.Agenda().Remove(t.Context(), driver.Paused, "ring-bell"); err != nil {
		t.Fatal(err)
	}
	second.Clock().Advance(time.Minute)
	if err := second.System().Deliver(t.Context(), message(receipts[3].Events[0], "ring-bell")); err == nil {
		t.Fatal("the bell rang")
	}
	second.Run()
	if n := strings.Count(r.types("function"), "function.failed"); n != 1 {
		t.Fatalf("recorded %d times", n)
	}
	if doc, err := second.System().Document(t.Context(), "failures", "ring-bell"); err != nil || !strings.Contains(string(doc), "no line") {
		t.Fatalf("document %s, %v", doc, err)
	}
}
