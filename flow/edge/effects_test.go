package edge_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
)

// dump writes all that is stored: records, heads, documents with what they
// remember, the agenda, and the messages under way. A write of the same bytes shows
// too, by the version.
func (w *fuzzed) dump() string {
	w.t.Helper()
	ctx := w.t.Context()
	var all strings.Builder
	streams := map[string]bool{}
	for r, err := range w.store.Scan(ctx, 0, driver.Forever) {
		w.ok(err)
		streams[r.Stream] = true
		fmt.Fprintf(&all, "%+v\n", r)
	}
	for _, stream := range slices.Sorted(maps.Keys(streams)) {
		head, err := w.store.Head(ctx, stream)
		w.ok(err)
		fmt.Fprintf(&all, "%+v\n", head)
	}
	for _, view := range []string{"lights", "houses"} {
		for d, err := range w.store.Views().Query(ctx, view, driver.Query{}) {
			w.ok(err)
			fmt.Fprintf(&all, "%+v\n", d)
		}
	}
	for _, kind := range driver.Kinds() {
		for item, err := range w.store.Agenda().Due(ctx, kind, driver.Forever, 0) {
			w.ok(err)
			fmt.Fprintf(&all, "%+v\n", item)
		}
	}
	for _, m := range w.Waiting() {
		fmt.Fprintf(&all, "%+v\n", m)
	}
	return all.String()
}

func (w *fuzzed) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestQueriesHaveNoEffect asks for everything that can be read, with parameters
// and headers at random, on a system with work under way: whatever is answered,
// each byte that is stored is what it was.
func TestQueriesHaveNoEffect(t *testing.T) {
	t.Parallel()
	w := newFuzzed(t)
	response := w.do(newRequest(http.MethodPost, "/commands/light.press", `{"light":"later","house":"i"}`))
	w.Run()
	unhandled := w.do(newRequest(http.MethodPost, "/commands/light.press", `{"light":"c","house":"h"}`))
	var receipt flow.Receipt
	w.ok(json.Unmarshal(response.Body.Bytes(), &receipt))
	var parked edge.ParkedPage
	w.ok(json.Unmarshal([]byte(w.wants(http.StatusOK, "/parked")), &parked))
	q := &queries{
		random: rand.New(rand.NewPCG(1, 2)), // the same questions every time
		paths: []string{
			"/commands", "/events", "/functions", "/views/lights", "/views/houses", "/views/none", "/views/lights/a", "/views/lights/c", "/views/houses/h",
			"/streams/light/a", "/streams/meter/h", "/flows/" + receipt.Correlation, "/log", "/parked", "/parked/" + parked.Parked[0].ID, "/retrying",
			"/paused", "/healthz", "/audit", "/redecide", "/nowhere",
		},
		values: []string{
			"", "0", "1", "2", "a", "b", "key", "-key", "true", "false", "on", "on,story", "counted", "light.switched_on", "light/a", "count-light", "../x", "\x00",
			receipt.ID, unhandled.Header().Get(edge.TokenHeader), strings.Repeat("0", 32), receipt.Events[0].ID,
		},
	}
	before := w.dump()
	seen := map[int]int{}
	for range 4000 {
		r := q.next()
		response := w.do(r)
		seen[response.Code]++
		if response.Code >= http.StatusInternalServerError {
			t.Fatalf("%s %s %v: %d %s", r.Method, r.URL, r.Header, response.Code, response.Body)
		}
	}
	if after := w.dump(); after != before {
		t.Errorf("stored is\n%s\nit was\n%s", after, before)
	}
	for _, status := range []int{http.StatusOK, http.StatusNotModified, http.StatusBadRequest, http.StatusNotFound} {
		if seen[status] < 20 {
			t.Errorf("answers by status: %v", seen)
		}
	}
}

// queries makes requests that read.
type queries struct {
	random *rand.Rand
	paths  []string
	values []string
}

func (q *queries) pick(of ...string) string { return of[q.random.IntN(len(of))] }

func (q *queries) next() *http.Request {
	parameters := url.Values{}
	for range max(0, q.random.IntN(5)-2) { // mostly none
		name := q.pick("after", "limit", "sort", "fields", "token", "from", "type", "stream", "function", "error", "on", "where.on", "where.counted", "other")
		parameters.Add(name, q.pick(q.values...))
	}
	if parameters.Has("token") || q.random.IntN(5) == 0 {
		parameters.Set("wait", "0") // nobody handles what it would wait for
	}
	path := q.pick(q.paths...)
	if len(parameters) > 0 {
		path += "?" + parameters.Encode()
	}
	r := newRequest(q.pick(http.MethodGet, http.MethodHead), path, "")
	if q.random.IntN(4) == 0 {
		r.Header.Set("If-None-Match", "*")
	}
	for range q.random.IntN(3) {
		name := q.pick(edge.AfterHeader, "If-None-Match", edge.KeyHeader, edge.ActorHeader, "If-Modified-Since", "Range")
		r.Header.Add(name, q.pick(append([]string{"*", `"x"`}, q.values...)...))
	}
	if !parameters.Has("wait") {
		r.Header.Del(edge.AfterHeader)
	}
	return r
}
