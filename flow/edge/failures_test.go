package edge_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// newParkedRig returns a rig with three handlings parked: of the lights jam,
// never and panic.
func newParkedRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	for _, light := range []string{"jam", "never", "panic"} {
		r.press(fmt.Sprintf(`{"light":%q,"house":"h"}`, light))
	}
	r.Run()
	return r
}

// parked returns the IDs on all pages of a list.
func (r *rig) parked(query url.Values) (ids []string) {
	r.t.Helper()
	for {
		var page edge.ParkedPage
		r.read("/parked?"+query.Encode(), &page)
		for _, f := range page.Parked {
			ids = append(ids, f.ID)
		}
		if page.Next == "" {
			return ids
		}
		query.Set("after", page.Next)
	}
}

func TestParkedIsFiltered(t *testing.T) {
	t.Parallel()
	r := newParkedRig(t)
	for query, want := range map[string]int{
		"":                                      3,
		"function=count-light":                  3,
		"function=count":                        0,
		"error=jammed":                          1,
		"error=the+meter":                       2,
		"error=JAMMED":                          0,
		"type=light.switched_on":                3,
		"type=light.switched_off":               0,
		"type=light.switched_on&error=burst":    1,
		"error=burst&function=ring-bell":        0,
		"error=%25":                             0,
		"limit=1":                               3,
		"limit=1&function=count-light":          3,
		"limit=2&error=the+meter":               2,
		"function=&error=&type=":                3,
		"function=" + strings.Repeat("x", 5000): 0,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if ids := r.parked(values); len(ids) != want {
			t.Errorf("%s selects %q, want %d", query, ids, want)
		}
	}
}

func TestOneParkedTellsItsHistory(t *testing.T) {
	t.Parallel()
	r := newParkedRig(t)
	for _, id := range r.parked(url.Values{"error": {"jammed"}}) {
		var f flow.Failure
		r.read("/parked/"+id, &f)
		if f.ID != id || len(f.History) != 3 || f.Event.Stream != "light/jam" || f.Next == 0 {
			t.Fatalf("%+v", f)
		}
	}
	for _, path := range []string{"/parked/none", "/parked/redrive~x", "/parked/" + strings.Repeat("x", 256), "/parked/%20", "/parked/ä", "/parked/a@b"} {
		if a := r.do(http.MethodGet, path, ""); a.status != http.StatusNotFound || !strings.Contains(a.body, "unknown-failure") {
			t.Errorf("%s: %+v", path, a)
		}
	}
}

// park puts failures on the agenda that are like those of the engine.
func (r *rig) park(n int, size int) {
	r.t.Helper()
	data, err := json.Marshal(map[string]string{"text": strings.Repeat("x", size)})
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range n {
		f := flow.Failure{
			ID: fmt.Sprintf("count-light~%05d-0", i), Function: "count-light", Error: fmt.Sprintf("error %d", i%10), Attempts: 3,
			Event: flow.Recorded{ID: fmt.Sprintf("%05d-0", i), Type: "light.switched_on", Stream: "light/a", Data: data},
		}
		due := driver.Forever
		if i%3 > 0 { // many at one time
			f.Next = flow.Time(1_000_000 * (1 + i%7))
			due = f.Next
		}
		body, err := json.Marshal(f)
		if err == nil {
			err = r.memory.Agenda().Put(r.t.Context(), driver.Item{Kind: driver.Parked, ID: f.ID, Due: due, Body: body})
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

func TestPagesCoverTenThousandParked(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.park(10_000, 10)
	for _, c := range []struct {
		query url.Values
		want  int
	}{
		{url.Values{"limit": {"1000"}}, 10_000},
		{url.Values{"limit": {"500"}, "error": {"error 7"}}, 1000},
	} {
		ids := r.parked(c.query)
		slices.Sort(ids)
		if n := len(slices.Compact(ids)); n != c.want {
			t.Errorf("%v: %d on the pages, want %d", c.query, n, c.want)
		}
	}
	if a := r.do(http.MethodPost, "/parked/redrive", `{"error":"error 7"}`, "Content-Type", asJSON); a.body != "{\"scheduled\":1000}\n" {
		t.Errorf("%+v", a)
	}
}

// TestPagesOfLargeThingsAreShort holds that a page ends when it is large, and not
// only when it is long.
func TestPagesOfLargeThingsAreShort(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.park(6, 900_000)
	a := r.do(http.MethodGet, "/parked?limit=1000", "")
	if len(a.body) > 4_000_000 || !strings.Contains(a.body, `"next"`) {
		t.Fatalf("a page of %d bytes", len(a.body))
	}
	if n := len(r.parked(url.Values{"limit": {"1000"}})); n != 6 {
		t.Fatalf("%d on the pages", n)
	}
}

// TestPagesGoOnWhereTheLastIsGone holds that a list which changes while it is read
// is read to its end, without what was there all the time told twice or left out.
func TestPagesGoOnWhereTheLastIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.park(100, 0)
	seen := map[string]int{}
	gone := map[string]bool{}
	for query := (url.Values{"limit": {"7"}}); ; {
		var page edge.ParkedPage
		r.read("/parked?"+query.Encode(), &page)
		for _, f := range page.Parked {
			seen[f.ID]++
		}
		if page.Next == "" {
			break
		}
		last := page.Parked[len(page.Parked)-1].ID
		gone[last] = true
		if err := r.memory.Agenda().Remove(t.Context(), driver.Parked, last); err != nil {
			t.Fatal(err)
		}
		query.Set("after", page.Next)
	}
	if len(gone) < 10 || len(seen) != 100 {
		t.Fatalf("%d of 100 on the pages, while %d went", len(seen), len(gone))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was told %d times", id, n)
		}
	}
}

func TestUnreadableMessageKeepsItsBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	raw := "\x1b[2J\x00\xff no JSON"
	m := driver.Message{ID: "m", Topic: "light.switched_on", Subscription: "count-light", Attributes: map[string]string{"a": "\x1b"}, Data: []byte(raw), Attempt: 1}
	if err := r.System().Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	ids := r.parked(url.Values{})
	if len(ids) != 1 {
		t.Fatalf("parked %q", ids)
	}
	var f flow.Failure
	r.read("/parked/"+ids[0], &f)
	a := r.do(http.MethodGet, "/parked/"+ids[0], "")
	if string(f.Message.Data) != raw || !strings.Contains(a.body, base64.StdEncoding.EncodeToString([]byte(raw))) || strings.Contains(a.body, "\x1b") {
		t.Fatalf("%s", a.body)
	}
	if a := r.do(http.MethodPost, "/parked/"+ids[0]+"/redrive", ""); a.status != http.StatusConflict || !strings.Contains(a.body, "attempt 2 failed") {
		t.Fatalf("%+v", a)
	}
}

func TestRetryingAndPaused(t *testing.T) {
	t.Parallel()
	store := memory.New()
	app := testapp.App(nil)
	app.Watch.PauseAfter = 1
	app.Version = "v7"
	w := flowtest.NewWorld(t, app, &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
	r := serveWorld(t, w)
	var paused edge.PausedPage
	if r.read("/paused", &paused); paused.Paused == nil || len(paused.Paused) != 0 {
		t.Fatalf("%+v", paused)
	}
	receipts := []answer{r.press(`{"light":"jam","house":"h"}`), r.press(`{"light":"b","house":"h"}`)}
	r.Run()
	r.read("/paused", &paused)
	if p := paused.Paused; len(p) != 1 || p[0].Function != "count-light" || !strings.Contains(p[0].Error, "jammed") || p[0].Next <= p[0].Since ||
		!strings.Contains(receipts[0].body, p[0].Event) {
		t.Fatalf("%+v", p)
	}
	var page edge.RetryingPage
	r.read("/retrying?limit=1", &page)
	if len(page.Retrying) != 1 || !page.Retrying[0].Held || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	first := page.Retrying[0].ID
	page = edge.RetryingPage{Next: page.Next}
	r.read("/retrying?after="+page.Next, &page)
	if len(page.Retrying) != 1 || page.Retrying[0].ID == first {
		t.Fatalf("%+v after %s", page, first)
	}
	if a := r.do(http.MethodGet, "/healthz", ""); a.body != `{"status":"ok","version":"v7"}`+"\n" {
		t.Fatalf("%+v", a)
	}
	if a := newRig(t).do(http.MethodGet, "/healthz", ""); a.body != `{"status":"ok"}`+"\n" {
		t.Fatalf("%+v", a)
	}
}

// TestPagesCoverWhatWasPostponed holds that the pages are right also where the
// tick gave items another time than they say themselves.
func TestPagesCoverWhatWasPostponed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.park(60, 0)
	var items []driver.Item
	for item, err := range r.memory.Agenda().Due(t.Context(), driver.Parked, 10_000_000, 0) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	for i, item := range items {
		if item.Due = flow.Time(20_000_000 - i); i%2 == 0 {
			if err := r.memory.Agenda().Put(t.Context(), item); err != nil {
				t.Fatal(err)
			}
		}
	}
	ids := r.parked(url.Values{"limit": {"4"}})
	slices.Sort(ids)
	if len(ids) != 60 || len(slices.Compact(ids)) != 60 {
		t.Fatalf("%d on the pages, want 60", len(ids))
	}
}
