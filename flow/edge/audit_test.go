package edge_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

func TestAuditSaysWhetherItAddsUp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"never","house":"h"}`)
	r.press(`{"light":"a","house":"h","times":2}`)
	r.Run()
	for range 150 {
		r.press(`{"light":"b","house":"h"}`)
	}
	var a edge.Audit
	r.read("/audit", &a)
	if !a.AddsUp || a.Accepted != a.Handled+a.InFlight+a.Parked || a.InFlight != 150 || a.Parked != 1 || a.Given != 1 || a.Handled != 2 || a.Broken != 0 {
		t.Fatalf("%+v", a)
	}
	if len(a.First.InFlight) != 100 || a.Stale == 0 || len(a.First.Stale) != a.Stale || a.First.Broken == nil {
		t.Fatalf("%+v", a)
	}
	for i, w := range a.First.InFlight {
		if w.Stream != "light/b" || w.At != w.Time.String() || w.Function == "" || i > 0 && w.Time < a.First.InFlight[i-1].Time {
			t.Fatalf("waiting %+v", w)
		}
	}
	r.Run()
	if r.read("/audit", &a); a.InFlight != 0 || a.Stale != 0 || a.Parked != 1 || !a.AddsUp {
		t.Fatalf("%+v", a)
	}
}

// A changedLog holds a record that somebody changed.
type changedLog struct {
	driver.Log
	changed bool
}

func (l *changedLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return func(yield func(driver.Record, error) bool) {
		for r, err := range l.Log.Scan(ctx, from, to) {
			if l.changed && strings.HasPrefix(r.Stream, "light/") {
				r.Hash[0]++
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func TestAuditTellsWhatIsBroken(t *testing.T) {
	t.Parallel()
	store := memory.New()
	log := &changedLog{Log: store}
	r := serveWorld(t, flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: log, Views: store.Views(), Agenda: store.Agenda()}))
	r.press(`{"light":"a","house":"h"}`)
	r.Run()
	log.changed = true
	var a edge.Audit
	if r.read("/audit", &a); a.Broken == 0 || !slices.ContainsFunc(a.First.Broken, func(s string) bool { return strings.Contains(s, "light/a/1") }) {
		t.Fatalf("%+v", a)
	}
}

// A stuckLog is not read until it is let go, or who reads it gives up.
type stuckLog struct {
	driver.Log
	read  chan struct{} // gets a value for each that begins
	letGo chan struct{}
}

func (l *stuckLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return func(yield func(driver.Record, error) bool) {
		l.read <- struct{}{}
		select {
		case <-l.letGo:
		case <-ctx.Done():
			yield(driver.Record{}, ctx.Err())
			return
		}
		l.Log.Scan(ctx, from, to)(yield)
	}
}

func newStuck(t *testing.T, o edge.Options) (*stuckLog, string) {
	t.Helper()
	store := memory.New()
	log := &stuckLog{Log: store, read: make(chan struct{}, 10), letGo: make(chan struct{})}
	w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: log, Views: store.Views(), Agenda: store.Agenda()})
	server := httptest.NewUnstartedServer(edge.New(w.System(), o))
	server.Config.WriteTimeout = time.Nanosecond // what has no time of its own gets no answer
	server.Start()
	t.Cleanup(server.Close)
	return log, server.URL
}

// ask returns the status of an answer, and how long to wait before asking again.
func ask(ctx context.Context, address string) (status int, retryAfter string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	return response.StatusCode, response.Header.Get("Retry-After"), response.Body.Close()
}

// mustAsk is ask where there is an answer.
func mustAsk(t *testing.T, address string) (status int, retryAfter string) {
	t.Helper()
	status, retryAfter, err := ask(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return status, retryAfter
}

// TestOneAuditAtATime holds that an audit has more time than other requests, also
// than the server gives them, and that a second one is told to come again.
func TestOneAuditAtATime(t *testing.T) {
	t.Parallel()
	log, address := newStuck(t, edge.Options{Timeout: time.Millisecond})
	ended := make(chan error, 1)
	go func() {
		status, _, err := ask(t.Context(), address+"/audit")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		ended <- err
	}()
	<-log.read
	for _, path := range []string{"/audit", "/redecide"} {
		if status, again := mustAsk(t, address+path); status != http.StatusTooManyRequests || again == "" {
			t.Errorf("%s: status %d, again after %q", path, status, again)
		}
	}
	close(log.letGo)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if status, _ := mustAsk(t, address+"/redecide"); status != http.StatusOK {
		t.Fatalf("after the audit: status %d", status)
	}
}

func TestAnAuditEndsInTime(t *testing.T) {
	t.Parallel()
	_, address := newStuck(t, edge.Options{LongTimeout: time.Millisecond})
	for _, path := range []string{"/audit", "/redecide"} {
		if status, _ := mustAsk(t, address+path); status != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

// TestWhoHangsUpEndsTheAudit holds that the next one need not wait for an audit
// that nobody wants any more.
func TestWhoHangsUpEndsTheAudit(t *testing.T) {
	t.Parallel()
	log, address := newStuck(t, edge.Options{})
	ctx, hangUp := context.WithCancel(t.Context())
	go func() {
		<-log.read
		hangUp()
	}()
	if status, _, err := ask(ctx, address+"/audit"); !errors.Is(err, context.Canceled) {
		t.Fatalf("status %d, %v", status, err)
	}
	close(log.letGo)
	for deadline := time.Now().Add(10 * time.Second); ; {
		status, _ := mustAsk(t, address+"/audit")
		if status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("status %d still", status)
		}
	}
}

func TestRedecideTellsWhatDiffers(t *testing.T) {
	t.Parallel()
	store := memory.New()
	platform := &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()}
	old := serveWorld(t, flowtest.NewWorld(t, testapp.App(nil), platform))
	old.press(`{"light":"a","house":"h"}`)
	old.Run()
	var none edge.Redecided
	if old.read("/redecide", &none); none.Differ != 0 || none.First == nil {
		t.Fatalf("%+v", none)
	}
	for i := range testapp.MeterLimit + 110 { // the meter counts no more in the end
		old.press(fmt.Sprintf(`{"light":"l%d","house":"h"}`, i))
	}
	old.Run()
	app := testapp.App(nil)
	for i, f := range app.Functions {
		if f.Name() == "count-light" {
			app.Functions[i] = testapp.CountEvery()
		}
	}
	fresh := serveWorld(t, flowtest.NewWorld(t, app, platform))
	var found edge.Redecided
	fresh.read("/redecide", &found)
	if found.Differ != 111 || len(found.First) != 100 {
		t.Fatalf("%d differ, %d are told", found.Differ, len(found.First))
	}
	d := found.First[0]
	if d.Function != "count-light" || d.Stream != "meter/h" || d.Cause == "" || len(d.Was) != 0 || len(d.Now) != 1 || !strings.HasPrefix(d.Now[0], "meter.counted ") {
		t.Fatalf("%+v", d)
	}
}
