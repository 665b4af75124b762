package edge_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// TestBadRedrivesChangeNothing is the corpus of what people get wrong who have
// parked events handled again.
func TestBadRedrivesChangeNothing(t *testing.T) {
	t.Parallel()
	r := newParkedRig(t)
	before := r.agenda()
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		detail             string
	}{
		"no body":              {"POST", "/parked/redrive", "", 400, "empty"},
		"not JSON":             {"POST", "/parked/redrive", "all", 400, "not JSON"},
		"array":                {"POST", "/parked/redrive", "[]", 422, "is an array"},
		"null":                 {"POST", "/parked/redrive", "null", 422, "is null"},
		"two objects":          {"POST", "/parked/redrive", "{}{}", 400, "something follows"},
		"unknown field":        {"POST", "/parked/redrive", `{"functions":"count-light"}`, 422, "/functions"},
		"field in wrong case":  {"POST", "/parked/redrive", `{"Function":"count-light"}`, 422, "it is written"},
		"field twice":          {"POST", "/parked/redrive", `{"function":"x","function":"count-light"}`, 422, "twice"},
		"wrong type":           {"POST", "/parked/redrive", `{"function":["count-light"]}`, 422, "a string is wanted"},
		"null field":           {"POST", "/parked/redrive", `{"function":null}`, 422, "is null"},
		"empty function":       {"POST", "/parked/redrive", `{"function":""}`, 422, "/function: is empty"},
		"empty error":          {"POST", "/parked/redrive", `{"error":"","type":""}`, 422, "/type: is empty"},
		"negative rate":        {"POST", "/parked/redrive", `{"rate":-1}`, 422, "/rate"},
		"no rate":              {"POST", "/parked/redrive", `{"rate":0}`, 422, "/rate"},
		"rate of for ever":     {"POST", "/parked/redrive", `{"rate":1e-300}`, 422, "/rate"},
		"rate of nonsense":     {"POST", "/parked/redrive", `{"rate":1e300}`, 422, "/rate"},
		"rate out of range":    {"POST", "/parked/redrive", `{"rate":1e999}`, 422, "out of range"},
		"rate as text":         {"POST", "/parked/redrive", `{"rate":"5"}`, 422, "a number is wanted"},
		"parameters":           {"POST", "/parked/redrive?function=count-light", "{}", 400, "function"},
		"large":                {"POST", "/parked/redrive", `{"error":"` + strings.Repeat("x", flow.MaxCommandBytes) + `"}`, 413, "larger"},
		"get":                  {"GET", "/parked/redrive", "", 405, "takes POST"},
		"delete of one":        {"DELETE", "/parked/count-light~x", "", 405, "takes GET"},
		"post of one":          {"POST", "/parked/count-light~x", "{}", 405, "takes GET"},
		"post of the list":     {"POST", "/parked", "{}", 405, "takes GET"},
		"get of a redrive":     {"GET", "/parked/count-light~x/redrive", "", 405, "takes POST"},
		"unknown":              {"POST", "/parked/count-light~x/redrive", "", 404, "nothing with"},
		"escaped slash":        {"POST", "/parked/a%2fb/redrive", "", 400, "escaped slash"},
		"slash":                {"POST", "/parked/a/b/redrive", "", 404, "nothing at"},
		"dots":                 {"POST", "/parked/../redrive", "", 400, "bad-path"},
		"redrive with filters": {"POST", "/parked/x/redrive?function=x", "", 400, "none is known"},
		"odd cursor":           {"GET", "/parked?after=yesterday", "", 400, "after"},
		"cursor without an ID": {"GET", "/parked?after=5", "", 400, "after"},
		"cursor with a slash":  {"GET", "/retrying?after=5~a/b", "", 400, "after"},
		"unknown filter":       {"GET", "/retrying?stream=x", "", 400, "stream"},
		"filter twice":         {"GET", "/parked?type=x&type=y", "", 400, "twice"},
		"retrying one":         {"GET", "/retrying/x", "", 404, "/retrying"},
		"redrive what retries": {"POST", "/retrying/x/redrive", "", 404, "nothing at"},
		"post of paused":       {"POST", "/paused", "{}", 405, "takes GET"},
		"audit of a part":      {"GET", "/audit?from=0", "", 400, "from"},
		"post of an audit":     {"POST", "/audit", "{}", 405, "takes GET"},
		"redecide a part":      {"GET", "/redecide?function=x", "", 400, "function"},
	} {
		a := r.do(c.method, c.path, c.body, "Content-Type", asJSON)
		var problem edge.Problem
		if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.status != c.status || problem.Status != c.status || !strings.Contains(a.body, c.detail) {
			t.Errorf("%s: %d %s, want %d with %q", name, a.status, a.body, c.status, c.detail)
		}
		if a.status == http.StatusMethodNotAllowed && a.header.Get("Allow") == "" {
			t.Errorf("%s: no Allow header", name)
		}
	}
	if a := r.do(http.MethodPost, "/parked/redrive", "{}"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("without a Content-Type: %+v", a)
	}
	if after := r.agenda(); after != before {
		t.Fatalf("changed to\n%s, from\n%s", after, before)
	}
}

// agenda returns all that is to be done later.
func (r *rig) agenda() string {
	r.t.Helper()
	var all strings.Builder
	for _, kind := range driver.Kinds() {
		for item, err := range r.memory.Agenda().Due(r.t.Context(), kind, driver.Forever, 0) {
			if err != nil {
				r.t.Fatal(err)
			}
			fmt.Fprintf(&all, "%s %s %d %s\n", item.Kind, item.ID, item.Due, item.Body)
		}
	}
	return all.String()
}

func TestRedriveAllSchedulesWhatIsSelected(t *testing.T) {
	t.Parallel()
	r := newParkedRig(t)
	for body, want := range map[string]int{
		`{"function":"ring-bell"}`:                          0,
		`{"error":"no such text"}`:                          0,
		`{"error":"jammed","rate":2}`:                       1,
		`{"type":"light.switched_on","error":"burst"}`:      1,
		`{"function":"count-light","rate":0.0001}`:          3,
		`{"function":"count-light","type":"meter.counted"}`: 0,
		`{}`: 3,
	} {
		a := r.do(http.MethodPost, "/parked/redrive", body, "Content-Type", asJSON)
		if a.status != http.StatusAccepted || a.body != fmt.Sprintf("{\"scheduled\":%d}\n", want) {
			t.Errorf("%s: %+v, want %d", body, a, want)
		}
	}
	r.do(http.MethodPost, "/parked/redrive", "{}", "Content-Type", asJSON)
	r.Wait(0)
	for _, id := range r.parked(url.Values{}) {
		var f flow.Failure
		if r.read("/parked/"+id, &f); f.Redrives != 1 {
			t.Errorf("%s was redriven %d times", id, f.Redrives)
		}
	}
}

// TestRedriveTwiceAtOnceIsHarmless holds that any number of people may redrive
// the same thing: it counts once.
func TestRedriveTwiceAtOnceIsHarmless(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"later","house":"h"}`)
	for range 3 {
		r.Run()
		r.Wait(time.Minute)
	}
	ids := r.parked(url.Values{})
	r.press(`{"light":"a","house":"h"}`) // its meter is empty no more
	r.Run()
	var group sync.WaitGroup
	statuses := make([]int, 20)
	for i := range statuses {
		group.Go(func() {
			if i%2 == 0 {
				statuses[i] = r.do(http.MethodPost, "/parked/redrive", "{}", "Content-Type", asJSON).status
				return
			}
			statuses[i] = r.do(http.MethodPost, "/parked/"+ids[0]+"/redrive", "").status
		})
	}
	group.Wait()
	if !slices.Contains(statuses, http.StatusOK) || slices.ContainsFunc(statuses, func(s int) bool { return s >= 500 }) {
		t.Fatalf("statuses %v", statuses)
	}
	r.Wait(0)
	r.Run()
	var audit edge.Audit
	if r.read("/audit", &audit); !audit.AddsUp || audit.Parked != 0 || audit.Given != 0 || audit.InFlight != 0 || audit.Broken+audit.Stale != 0 {
		t.Fatalf("%+v", audit)
	}
	if a := r.do(http.MethodGet, "/streams/meter/h", ""); strings.Count(a.body, "meter.counted") != 2 {
		t.Fatalf("the meter counted otherwise than twice: %s", a.body)
	}
}

// FuzzRedrive asks for redrives: each is taken, or refused with a problem and
// without a change.
func FuzzRedrive(f *testing.F) {
	fuzzing.Seed(f, 500,
		[]any{[]byte(`{}`)}, []any{[]byte(`{"function":"count-light","error":"not","type":"light.switched_on","rate":0.5}`)},
		[]any{[]byte(`{"rate":1e-4}`)}, []any{[]byte(`{"error":"\u0000"}`)})
	f.Fuzz(func(t *testing.T, body []byte) {
		w := newFuzzed(t)
		changed := &rig{t: t, memory: w.store}
		before := changed.agenda()
		r := newRequest(http.MethodPost, "/parked/redrive", string(body))
		response := w.do(r)
		w.check(r, response)
		if after := changed.agenda(); response.Code != http.StatusAccepted && after != before {
			t.Fatalf("status %d: changed to\n%s, from\n%s", response.Code, after, before)
		}
	})
}

// TestRedriveAllSaysHowFarItCame holds that who had too little time is told that
// asking again is right.
func TestRedriveAllSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	r := newParkedRig(t)
	server := httptest.NewServer(edge.New(r.System(), edge.Options{LongTimeout: time.Nanosecond}))
	defer server.Close()
	hurried := &rig{t: t, server: server}
	a := hurried.do(http.MethodPost, "/parked/redrive", "{}", "Content-Type", asJSON)
	if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "0 are scheduled") || !strings.Contains(a.body, "no harm") {
		t.Fatalf("%+v", a)
	}
}
