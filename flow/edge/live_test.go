package edge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

const shelf = "/views/shelves/a"

func TestADocumentIsFollowed(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	f := l.follow(shelf)
	f.wants("absent", "null")
	l.write("a", 1)
	e := f.wants("document", `"boards":1`)
	if plain := l.do(http.MethodGet, shelf, ""); plain.body != e.data+"\n" {
		t.Errorf("the event has %s, the document is %s", e.data, plain.body)
	}
	l.write("b", 1) // is nobody's
	l.write("a", 2)
	f.wants("document", `"boards":2`)
	if err := l.store.Views().Drop(t.Context(), "shelves"); err != nil {
		t.Fatal(err)
	}
	f.wants("absent", "null")
}

func TestWhoHasTheDocumentIsToldTheNextOne(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	absent := l.follow(shelf).wants("absent", "")
	late := l.follow(shelf, "Last-Event-ID", absent.id)
	l.write("a", 1)
	one := late.wants("document", `"boards":1`)
	late = l.follow(shelf, "Last-Event-ID", one.id)
	other := l.follow(shelf, "Last-Event-ID", "no such id")
	other.wants("document", `"boards":1`)
	l.write("a", 2)
	if two := late.wants("document", `"boards":2`); two.id == one.id || two.id != other.next().id {
		t.Errorf("the ids are %s and %s", one.id, two.id)
	}
}

func TestAQueryIsFollowed(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	l.write("a", 1)
	const path = "/views/shelves?boards=1&limit=1"
	f := l.follow(path)
	e := f.wants("page", `"key":"a"`)
	if plain := l.do(http.MethodGet, path, ""); plain.body != e.data+"\n" {
		t.Errorf("the event has %s, the page is %s", e.data, plain.body)
	}
	l.write("b", 1)
	e = f.wants("page", `"next":"a"`)
	late := l.follow("/views/shelves?limit=1&boards=1", "Last-Event-ID", e.id)
	l.write("a", 2)
	f.wants("page", `"key":"b"`)
	late.wants("page", `"key":"b"`)
	if n := l.watcher.all.Load(); n != 1 {
		t.Errorf("%d watches for one query", n)
	}
}

// TestReadersOfOneThingShareItsReads changes a document that fifty follow.
func TestReadersOfOneThingShareItsReads(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	l.write("a", 1)
	feeds := make([]*feed, 50)
	for i := range feeds {
		feeds[i] = l.follow(shelf)
		feeds[i].wants("document", `"boards":1`)
	}
	before := l.views.gets.Load()
	l.write("a", 2)
	for _, f := range feeds {
		f.wants("document", `"boards":2`)
	}
	if n := l.views.gets.Load() - before; n != 1 || l.watcher.all.Load() != 1 {
		t.Errorf("%d reads and %d watches for %d readers", n, l.watcher.all.Load(), len(feeds))
	}
	for _, f := range feeds {
		f.cut()
	}
	eventually(t, "nobody watches", func() bool { return l.watcher.now.Load() == 0 })
}

// TestReadersSeeTheNewest changes a document while it is read.
func TestReadersSeeTheNewest(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	l.write("a", 0)
	f := l.follow(shelf)
	f.wants("document", `"boards":0`)
	gate := make(chan struct{})
	l.views.gate.Store(&gate)
	l.write("a", 1)
	<-l.views.entered
	for i := range 50 {
		l.write("a", 2+i)
	}
	l.views.gate.Store(nil)
	close(gate)
	f.wants("document", `"boards":51`)
}

// flowOf has something happen, and returns its flow and the ids of its events.
func flowOf(r *rig, times int) (correlation string, ids []string) {
	r.t.Helper()
	a := r.press(fmt.Sprintf(`{"light":"a","house":"h","times":%d}`, times))
	var receipt flow.Receipt
	if err := json.Unmarshal([]byte(a.body), &receipt); err != nil {
		r.t.Fatal(err)
	}
	correlation = receipt.Events[0].Correlation
	return correlation, idsOf(r, correlation)
}

func idsOf(r *rig, correlation string) (ids []string) {
	r.t.Helper()
	for e, err := range r.System().Flow(r.t.Context(), correlation) {
		if err != nil {
			r.t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids
}

// take returns the ids of the next n events of a flow, and where the reader stands
// after them.
func (f *feed) take(n int) (ids []string, last string) {
	f.t.Helper()
	for range n {
		e := f.wants("event", "")
		var event edge.Event
		if err := json.Unmarshal([]byte(e.data), &event); err != nil {
			f.t.Fatal(err)
		}
		ids, last = append(ids, event.ID), e.id
	}
	return ids, last
}

// TestAFlowIsResumedWhereItWasCut cuts a connection, has more happen, and comes
// back.
func TestAFlowIsResumedWhereItWasCut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	correlation, ids := flowOf(r, 7)
	path := "/flows/" + correlation
	f := r.follow(path)
	got, last := f.take(4)
	f.cut()
	r.Run() // the flow goes on
	all := idsOf(r, correlation)
	if len(all) < len(ids)+3 {
		t.Fatalf("the flow has %d events, and had %d", len(all), len(ids))
	}
	resumed := r.follow(path, "Last-Event-ID", last)
	missed, last := resumed.take(len(all) - 4)
	if got = append(got, missed...); !slices.Equal(got, all) {
		t.Errorf("got  %v\nwant %v", got, all)
	}
	for name, f := range map[string]*feed{
		"garbage":     r.follow(path, "Last-Event-ID", "garbage"),
		"no number":   r.follow(path, "Last-Event-ID", all[2]+".x"),
		"other count": r.follow(path, "Last-Event-ID", all[2]+".2"),
		"nothing":     r.follow(path),
	} {
		if got, _ := f.take(len(all)); !slices.Equal(got, all) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	for _, f := range []*feed{r.follow(path, "Last-Event-ID", all[2]), r.follow(path + "?after=" + all[2])} {
		if got, _ := f.take(len(all) - 3); !slices.Equal(got, all[3:]) {
			t.Errorf("after an event: got %v", got)
		}
	}
	// Who has it all is told what comes then, and no more.
	waiting := r.follow(path, "Last-Event-ID", last)
	r.Wait(time.Hour)
	r.Run()
	more := idsOf(r, correlation)[len(all):]
	if got, _ := waiting.take(len(more)); !slices.Equal(got, more) || len(more) == 0 {
		t.Errorf("then: got %v, want %v", got, more)
	}
}

func TestAFlowThatIsToBeginIsAwaited(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.follow("/flows/none").wants("absent", "null")
}

func TestWhatCanNotBeFollowedIsAProblem(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	for path, want := range map[string]int{
		"/views/none": 404, "/views/none/a": 404, "/views/shelves/-": 400, "/views/shelves?colour=red": 400, "/views/shelves?limit=x": 400,
		"/views/shelves?boards=x": 400, "/views/shelves/a?x=1": 400, "/flows/-": 400, "/flows/a?limit=1": 400, "/views/shelves?a=%zz": 400,
	} {
		f := l.ask(path)
		if f.response.StatusCode != want || f.response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s, %s", path, f.response.Status, f.response.Header.Get("Content-Type"))
		}
	}
	if f := l.ask("/log"); f.response.Header.Get("Content-Type") != asJSON {
		t.Errorf("/log is %s", f.response.Header.Get("Content-Type"))
	}
	eventually(t, "nobody watches", func() bool { return l.watcher.now.Load() == 0 })
}

func TestOnlyWhoAsksForAStreamGetsOne(t *testing.T) {
	t.Parallel()
	l := newLive(t, edge.Options{})
	l.write("a", 1)
	for accept, want := range map[string]string{
		"": asJSON, "*/*": asJSON, "application/json, text/event-stream": asJSON, "text/event-stream;q=1, */*": "text/event-stream",
		"Text/Event-Stream": "text/event-stream",
	} {
		if f := l.ask(shelf, "Accept", accept); f.response.Header.Get("Content-Type") != want {
			t.Errorf("%q: %s", accept, f.response.Header.Get("Content-Type"))
		}
	}
	if a := l.do(http.MethodHead, shelf, "", "Accept", "text/event-stream"); a.status != http.StatusOK || a.header.Get("Content-Type") != asJSON {
		t.Errorf("HEAD: %+v", a)
	}
	if a := l.do(http.MethodGet, shelf, "", "Accept", "text/event-stream", "Host", "evil.example"); a.status != http.StatusForbidden {
		t.Errorf("another host: %+v", a)
	}
}

// TestAPlatformThatTellsNothingIsAsked follows a document without a Watcher.
func TestAPlatformThatTellsNothingIsAsked(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	f := r.follow("/views/shelves/s1")
	f.wants("document", `"boards":1`)
	if !strings.Contains(f.response.Header.Get("Vary"), "Accept") {
		t.Error("caches are not told of Accept")
	}
}
