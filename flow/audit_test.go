package flow_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

func (r *rig) audit() flow.Audit {
	r.t.Helper()
	a, err := r.System().Audit(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return a
}

func TestAuditFindsWhatIsInFlight(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press("a", "h")
	r.press("never", "h")
	if a := r.audit(); len(a.InFlight) != 2 || len(a.Stale) != 2 || a.Quiet() {
		t.Fatalf("%+v", a)
	}
	r.Run()
	a := r.audit()
	if !a.Quiet() || a.Parked != 1 || len(a.Broken) != 0 || a.Events != 3 || a.Documents != 3 {
		t.Fatalf("%+v", a)
	}
	if a.Accepted != 2 || a.Handled != 1 || a.Given != 1 {
		t.Fatalf("%+v", a)
	}
}

// TestAuditComparesHeads changes a head in each way.
func TestAuditComparesHeads(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*driver.Head){
		"state is not the fold": func(h *driver.Head) { h.State = []byte(`{"known":true,"on":true,"presses":7}`) },
		"the head's state":      func(h *driver.Head) { h.State = []byte(`{`) },
		"the head's hash":       func(h *driver.Head) { h.Hash[0]++ },
		"the head is at 1":      func(h *driver.Head) { h.Seq-- },
		"log has no such event": func(h *driver.Head) { h.Seq++ },
		"":                      func(h *driver.Head) { h.Shape, h.State = "old", nil },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.press("a", "h")
			r.press("a", "h")
			r.Run()
			r.log.Log = changedHead{r.memory, change}
			if got := strings.Join(r.audit().Broken, "\n"); !strings.Contains(got, want) || (got == "") != (want == "") {
				t.Fatalf("found %q, want %q", got, want)
			}
		})
	}
}

// A changedHead has the head of light/a changed.
type changedHead struct {
	driver.Log
	change func(*driver.Head)
}

func (l changedHead) Head(ctx context.Context, stream string) (driver.Head, error) {
	h, err := l.Log.Head(ctx, stream)
	if stream == "light/a" {
		l.change(&h)
	}
	return h, err
}

// TestP10AuditFindsChanges changes one record of a healthy log in each way, and
// wants the audit to name its stream.
func TestP10AuditFindsChanges(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(driver.Record) (driver.Record, bool){
		"data":     func(r driver.Record) (driver.Record, bool) { return replaced(r, `"house":"h"`, `"house":"x"`), true },
		"actor":    func(r driver.Record) (driver.Record, bool) { return replaced(r, `"story"`, `"other"`), true },
		"column":   func(r driver.Record) (driver.Record, bool) { r.Time++; return r, true },
		"deletion": func(r driver.Record) (driver.Record, bool) { return r, false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			for range 3 {
				if _, err := r.Send(flow.Request{Command: "light.press", Actor: "story", Body: []byte(`{"light":"a","house":"h"}`)}); err != nil {
					t.Fatal(err)
				}
			}
			r.Run()
			if a := r.audit(); len(a.Broken) != 0 {
				t.Fatalf("before: %q", a.Broken)
			}
			r.log.Log = tampered{r.memory, change}
			a := r.audit()
			if !strings.Contains(strings.Join(a.Broken, " "), "light/a") && !strings.Contains(strings.Join(a.Broken, " "), "was changed") {
				t.Fatalf("not found: %q", a.Broken)
			}
		})
	}
}

func replaced(r driver.Record, from, to string) driver.Record {
	r.Body = []byte(strings.Replace(string(r.Body), from, to, 1))
	return r
}

// A tampered log has the first record of light/a changed.
type tampered struct {
	driver.Log
	change func(driver.Record) (driver.Record, bool)
}

func (l tampered) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return func(yield func(driver.Record, error) bool) {
		for r, err := range l.Log.Scan(ctx, from, to) {
			keep := true
			if r.Stream == "light/a" && r.Seq == 1 {
				r, keep = l.change(r)
			}
			if keep && !yield(r, err) {
				return
			}
		}
	}
}
