package flow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// A rig is a world of the test application whose platform can be disturbed.
type rig struct {
	*flowtest.World
	t      *testing.T
	memory *memory.Store
	log    *faultyLog
	agenda *smallAgenda
	// apart is set while the functions are served elsewhere than the tick.
	apart bool
	// crash ends the next handling that reaches the point.
	crash string
	rings map[string]int // calls of the bell by call key
	fail  error          // what the bell answers
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New(), rings: map[string]int{}}
	r.log = &faultyLog{Log: r.memory}
	r.agenda = &smallAgenda{Agenda: r.memory.Agenda()}
	r.World = flowtest.NewWorld(t, testapp.App(r.ring), &driver.Platform{
		Log: r.log, Views: r.memory.Views(), Agenda: r.agenda, Reach: r.reach,
		Elsewhere: func(string) bool { return r.apart },
	})
	return r
}

// A smallAgenda holds no item with more bytes than its limit, if it has one.
type smallAgenda struct {
	driver.Agenda
	limit int
}

func (a *smallAgenda) Put(ctx context.Context, item driver.Item) error {
	if a.limit > 0 && len(item.Body) > a.limit {
		return driver.ErrTooLarge
	}
	return a.Agenda.Put(ctx, item)
}

func (r *rig) ring(_ context.Context, _, call string) error {
	r.rings[call]++
	return r.fail
}

var errCrash = errors.New("crash")

func (r *rig) reach(_ context.Context, point string) error {
	if point == r.crash {
		r.crash = ""
		return errCrash
	}
	return nil
}

// A faultyLog does what its next fault says instead of the next commit.
type faultyLog struct {
	driver.Log
	fault func(driver.Commit) error
	head  func() // called before a head is read
}

func (l *faultyLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	if l.head != nil {
		l.head()
	}
	return l.Log.Head(ctx, stream)
}

func (l *faultyLog) Commit(ctx context.Context, c driver.Commit) error {
	if fault := l.fault; fault != nil {
		l.fault = nil
		if err := fault(c); err != nil {
			return err
		}
	}
	return l.Log.Commit(ctx, c)
}

func (r *rig) press(light, house string) flow.Receipt {
	r.t.Helper()
	receipt, err := r.Send(flow.Request{Command: "light.press", Body: fmt.Appendf(nil, `{"light":%q,"house":%q}`, light, house)})
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt
}

// story returns all events in the order of the log, as "stream type".
func (r *rig) story() string {
	r.t.Helper()
	var lines []string
	for e, err := range r.System().Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		lines = append(lines, e.Stream+" "+e.Type)
	}
	return strings.Join(lines, ", ")
}

func (r *rig) document(view, key string) string {
	r.t.Helper()
	data, err := r.System().Document(r.t.Context(), view, key)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

func (r *rig) count(failures iter.Seq2[flow.Failure, error]) (n int, last flow.Failure) {
	r.t.Helper()
	for f, err := range failures {
		if err != nil {
			r.t.Fatal(err)
		}
		n, last = n+1, f
	}
	return n, last
}

const once = "light/a light.switched_on, meter/h meter.counted"

func TestOneEventOneOutcome(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.Run()
	r.press("a", "h")
	r.Run()
	if got, want := r.story(), once+", light/a light.switched_off, bell/a bell.rung"; got != want {
		t.Fatalf("story %s, want %s", got, want)
	}
	if got, want := r.document("lights", "a"), `{"story":["on","counted","off","rung"],"on":false}`; got != want {
		t.Fatalf("document %s, want %s", got, want)
	}
}

func TestP2DeliveredOftenRecordedOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := newRig(t)
		r.Shuffle(seed+1, 5)
		r.press("a", "h")
		r.press("a", "h")
		r.press("a", "h")
		r.Run()
		if n := strings.Count(r.story(), "meter.counted"); n != 2 {
			t.Fatalf("seed %d: counted %d times, want 2: %s", seed, n, r.story())
		}
		if n := strings.Count(r.story(), "bell.rung"); n != 1 {
			t.Fatalf("seed %d: rung %d times, want 1: %s", seed, n, r.story())
		}
		if got := r.document("houses", "h"); got != `{"counted":2}` {
			t.Fatalf("seed %d: tally %s", seed, got)
		}
	}
}

// TestP13CrashAtEachPoint ends the work at each named point once; redelivery and
// the tick must bring everything to the same end.
func TestP13CrashAtEachPoint(t *testing.T) {
	t.Parallel()
	for _, point := range flow.Points() {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.apart = point == flow.PointHandedOver
			if strings.HasPrefix(point, "failure.") || r.apart {
				r.press("jam", "h")
			}
			r.crash = point
			_, err := r.Send(flow.Request{Command: "light.press", IdempotencyKey: "1", Body: []byte(`{"light":"a","house":"h"}`)})
			if errors.Is(err, errCrash) {
				_, err = r.Send(flow.Request{Command: "light.press", IdempotencyKey: "1", Body: []byte(`{"light":"a","house":"h"}`)})
			}
			if err != nil {
				t.Fatal(err)
			}
			r.press("a", "h")
			r.Run()
			r.Wait(time.Hour)
			r.Wait(time.Hour)
			r.Run()
			if r.crash != "" {
				t.Fatalf("the point %s was not reached", point)
			}
			for _, want := range []string{"meter/h meter.counted", "bell/a bell.rung", "light/a light.burn_due"} {
				if n := strings.Count(r.story(), want); n != 1 {
					t.Errorf("%d of %s, want 1: %s", n, want, r.story())
				}
			}
			if got := r.document("houses", "h"); got != `{"counted":1}` {
				t.Errorf("tally %s", got)
			}
			for _, kind := range []driver.Kind{driver.Outbox, driver.Deadlines, driver.Retries} {
				for item := range r.memory.Agenda().Due(t.Context(), kind, driver.Forever, 0) {
					t.Errorf("left on the agenda: %s %s", kind, item.ID)
				}
			}
		})
	}
}

func TestUnknownOutcomeOfACommit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.log.fault = func(c driver.Commit) error {
		if err := r.memory.Commit(t.Context(), c); err != nil {
			return err
		}
		return errors.New("the answer was lost")
	}
	r.Run()
	if got := r.story(); got != once {
		t.Fatalf("story %s", got)
	}
}

func TestStreamThatMovesMeanwhile(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	moved := false
	r.log.fault = func(driver.Commit) error {
		moved = true
		r.press("b", "h")
		r.Step() // counts b on the same meter, or steps over a view
		return driver.ErrConflict
	}
	r.Run()
	if n := strings.Count(r.story(), "meter/h meter.counted"); n != 2 || !moved {
		t.Fatalf("moved %v, counted %d: %s", moved, n, r.story())
	}
}

func TestStreamThatKeepsMovingGoesBackToTheBroker(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt := r.press("a", "h")
	r.log.Log = alwaysMoved{r.memory}
	err := r.System().Deliver(t.Context(), message(receipt.Events[0], "count-light"))
	if !errors.Is(err, flow.ErrContended) {
		t.Fatalf("error %v, want ErrContended", err)
	}
	if n, _ := r.count(r.System().Retrying(t.Context())); n != 0 {
		t.Fatal("contention was counted as the function's failure")
	}
}

type alwaysMoved struct{ driver.Log }

func (alwaysMoved) Commit(context.Context, driver.Commit) error { return driver.ErrConflict }

func message(e flow.Recorded, subscription string) driver.Message {
	return driver.Message{
		ID: e.ID, Topic: e.Type, Data: e.Data, Subscription: subscription,
		Attributes: map[string]string{
			"specversion": "1.0", "source": "/streams/" + e.Stream, "time": e.Time.String(),
			"sequence": strconv.FormatUint(e.Seq, 10), "correlationid": e.Correlation,
		},
	}
}

func TestDecisionOfNothingIsMadeOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range testapp.MeterLimit + 1 {
		r.press(strconv.Itoa(i), "h")
		r.Run()
	}
	if n := strings.Count(r.story(), "meter.counted"); n != testapp.MeterLimit {
		t.Fatalf("counted %d", n)
	}
	marks := 0
	for record := range r.memory.Scan(t.Context(), 0, driver.Forever) {
		if record.Count == 0 {
			marks++
		}
	}
	if marks != 1 {
		t.Fatalf("%d marks, want 1", marks)
	}
}

func TestDeadlineFallsDue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.Run()
	r.Wait(testapp.BurnAfter - time.Second)
	r.Run()
	if strings.Contains(r.story(), "burn_due") {
		t.Fatal("fell due too early")
	}
	r.Wait(time.Second)
	r.Run()
	if got, want := r.story(), once+", light/a light.burn_due, light/a light.burned_out"; got != want {
		t.Fatalf("story %s, want %s", got, want)
	}
	_, err := r.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`)})
	var refusal *flow.Refusal
	if !errors.As(err, &refusal) || refusal.Code != "burned_out" {
		t.Fatalf("error %v, want the refusal burned_out", err)
	}
}

func TestOutboxIsPublishedByTheTick(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.crash = flow.PointCommitted
	if _, err := r.Send(flow.Request{Command: "light.press", IdempotencyKey: "k", Body: []byte(`{"light":"a","house":"h"}`)}); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	r.Run()
	if got := r.story(); got != "light/a light.switched_on" {
		t.Fatalf("before the tick: %s", got)
	}
	r.Wait(11 * time.Second)
	r.Run()
	if got := r.story(); got != once {
		t.Fatalf("after the tick: %s", got)
	}
}

func TestStateOfAnotherShapeIsFoldedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	head, err := r.memory.Head(t.Context(), "light/a")
	if err != nil {
		t.Fatal(err)
	}
	// A head as an older program left it: another type, whose JSON would misread.
	head.State, head.Shape = []byte(`{"on":false,"burned":true}`), "older"
	r.log.Log = oldHead{r.memory, head}
	r.press("a", "h")
	if got, want := r.story(), "light/a light.switched_on, light/a light.switched_off"; got != want {
		t.Fatalf("story %s, want %s", got, want)
	}
}

type oldHead struct {
	driver.Log
	head driver.Head
}

func (l oldHead) Head(context.Context, string) (driver.Head, error) { return l.head, nil }

func TestEffectIsCalledWithOneKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fail = errors.New("no answer")
	r.press("a", "h")
	r.press("a", "h")
	for range 12 {
		r.Step()
	}
	r.fail = nil
	r.Run()
	if len(r.rings) != 1 {
		t.Fatalf("called with %d keys, want 1: %v", len(r.rings), r.rings)
	}
	for call, n := range r.rings {
		if n < 2 || !strings.Contains(r.story(), "bell/a bell.rung") {
			t.Fatalf("%s called %d times: %s", call, n, r.story())
		}
	}
}

func TestCommandCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	request := flow.Request{Command: "light.press", IdempotencyKey: "k", Body: []byte(`{"light":"a","house":"h"}`)}
	first, err := r.Send(request)
	if err != nil {
		t.Fatal(err)
	}
	r.Run()
	request.Body = []byte(`{ "house": "h", "light": "\u0061" }`)
	second, err := r.Send(request)
	if err != nil || !second.Repeated {
		t.Fatalf("repeated %v, error %v", second.Repeated, err)
	}
	second.Repeated = false
	if a, b := toJSON(t, first), toJSON(t, second); a != b {
		t.Fatalf("answers\n%s\n%s", a, b)
	}
	request.Body = []byte(`{"light":"b","house":"h"}`)
	if _, err := r.Send(request); !errors.Is(err, flow.ErrKeyReused) {
		t.Fatalf("error %v, want ErrKeyReused", err)
	}
	if got := r.story(); got != once {
		t.Fatalf("story %s", got)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A tick whose clock is ahead takes up a deadline, and fails; then the clock is set
// back. The deadline still does not fall due before its time.
func TestDeadlineIsNotEarlyThoughTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	due := r.Clock().Now().Add(testapp.BurnAfter)
	r.Clock().Advance(testapp.BurnAfter + time.Hour)
	r.log.fault = func(driver.Commit) error {
		r.Clock().Advance(-testapp.BurnAfter - time.Hour)
		return errCrash
	}
	if _, err := r.System().Tick(t.Context()); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	r.Clock().Advance(testapp.BurnAfter / 2)
	if _, err := r.System().Tick(t.Context()); err != nil || strings.Contains(r.story(), "burn_due") {
		t.Fatalf("%v: %s", err, r.story())
	}
	r.Clock().Advance(2 * time.Hour)
	if _, err := r.System().Tick(t.Context()); err != nil || !strings.Contains(r.story(), "burn_due") {
		t.Fatalf("%v: %s", err, r.story())
	}
	for e, err := range r.System().Stream(t.Context(), "light", "a") {
		if err != nil || e.Type == "light.burn_due" && e.Time.Time().Before(due) {
			t.Errorf("it is at %s, before its time %s: %v", e.Time, due, err)
		}
	}
}

// The clock is set back between the look at the agenda and the record.
func TestTimeOfADeadlineIsNotBeforeItWasDue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	due := r.Clock().Now().Add(testapp.BurnAfter)
	r.Clock().Advance(testapp.BurnAfter)
	back := true
	r.log.head = func() {
		if back {
			back = false
			r.Clock().Advance(-testapp.BurnAfter)
		}
	}
	if _, err := r.System().Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	for e, err := range r.System().Stream(t.Context(), "light", "a") {
		if err != nil || e.Type == "light.burn_due" && e.Time.Time().Before(due) {
			t.Fatalf("it is at %s, before its time %s: %v", e.Time, due, err)
		}
	}
	if !strings.Contains(r.story(), "burn_due") {
		t.Fatal("it did not fall due")
	}
}
