package edge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/internal/testapp"
)

func (r *rig) batch(body string, headers ...string) answer {
	r.t.Helper()
	return r.do(http.MethodPost, "/commands", body, append([]string{"Content-Type", asJSON}, headers...)...)
}

func (r *rig) results(a answer) []edge.BatchResult {
	r.t.Helper()
	var all edge.Batch
	if err := json.Unmarshal([]byte(a.body), &all); err != nil || a.status != http.StatusOK {
		r.t.Fatalf("%+v", a)
	}
	return all.Results
}

// pressItem returns an item of a batch.
func pressItem(light, more string) string {
	return fmt.Sprintf(`{"command":"light.press","data":{"light":%q,"house":"h"}%s}`, light, more)
}

func TestBatchIsExecutedInOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	results := r.results(r.batch("["+pressItem("a", "")+","+pressItem("a", "")+","+pressItem("b", "")+"]", edge.ActorHeader, "Ann"))
	var types []string
	for i, result := range results {
		if result.Status != http.StatusCreated || result.Receipt.Events[0].Actor != "Ann" {
			t.Errorf("result %d: %+v", i, result)
		}
		types = append(types, result.Receipt.Stream+" "+result.Receipt.Events[0].Type)
	}
	if got, want := strings.Join(types, ", "), "light/a light.switched_on, light/a light.switched_off, light/b light.switched_on"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r.Run()
	if a := r.do(http.MethodGet, "/views/lights/b", "", edge.AfterHeader, results[2].Receipt.ID); a.header.Get(edge.BehindHeader) != nothingBehind {
		t.Errorf("its receipts are no tokens: %+v", a)
	}
}

// TestBatchCountsOnce holds that a batch is answered with the same bytes under its
// key, that each command has a key of its own, and that no other batch has them.
func TestBatchCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := "[" + pressItem("a", "") + "," + pressItem("b", `,"idempotencyKey":"mine"`) + "," + pressItem("a", "") + "]"
	first := r.batch(body, edge.KeyHeader, "k")
	stored := r.stored()
	again := r.batch(body, edge.KeyHeader, "k")
	if again.status != http.StatusOK || again.body != first.body || r.stored() != stored || again.header.Get(edge.ReplayedHeader) != "true" || first.header.Get(edge.ReplayedHeader) != "" {
		t.Fatalf("first %+v\nthen  %+v", first, again)
	}
	for key, light := range map[string]string{"mine": "b", "k/0": "a", "k/2": "a"} {
		if a := r.press(fmt.Sprintf(`{"light":%q,"house":"h"}`, light), edge.KeyHeader, key); a.header.Get(edge.ReplayedHeader) != "true" {
			t.Errorf("under the key %s: %+v", key, a)
		}
	}
	other := r.results(r.batch("["+pressItem("c", "")+","+pressItem("d", "")+"]", edge.KeyHeader, "k"))
	if other[0].Status != http.StatusUnprocessableEntity || !strings.Contains(other[0].Problem.Type, "idempotency-key-reused") || other[1].Status != http.StatusCreated {
		t.Errorf("another batch under the same key: %+v", other)
	}
	one, two := r.results(r.batch("["+pressItem("e", "")+"]")), r.results(r.batch("["+pressItem("e", "")+"]"))
	if one[0].Receipt.ID == two[0].Receipt.ID {
		t.Error("a batch without a key counts once")
	}
}

func TestRefusalInABatchStopsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"a","house":"h"}`)
	r.Run()
	r.Wait(testapp.BurnAfter)
	r.Run()
	results := r.results(r.batch("[" + pressItem("a", "") + "," + pressItem("b", "") + "]"))
	if results[0].Status != http.StatusConflict || results[0].Problem.Code != "burned_out" || results[0].Receipt != nil {
		t.Errorf("the burned one: %+v", results[0])
	}
	if results[1].Status != http.StatusCreated || results[1].Problem != nil {
		t.Errorf("the other: %+v", results[1])
	}
}

// TestBatchStopsAtAFault holds that no command overtakes one whose outcome is
// open.
func TestBatchStopsAtAFault(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := "[" + pressItem("a", "") + "," + pressItem("b", "") + "]"
	r.log.failWith(errors.New("password=hunter2"))
	a := r.batch(body, edge.KeyHeader, "k")
	results := r.results(a)
	if results[0].Status != http.StatusServiceUnavailable || results[0].Problem.Instance == "" || results[1].Status != http.StatusServiceUnavailable ||
		!strings.HasSuffix(results[1].Problem.Type, "not-executed") || a.header.Get("Retry-After") == "" || strings.Contains(a.body, "hunter2") {
		t.Fatalf("%+v", a)
	}
	r.log.failWith(nil)
	for i, result := range r.results(r.batch(body, edge.KeyHeader, "k")) {
		if result.Status != http.StatusCreated {
			t.Errorf("result %d after the fault: %+v", i, result)
		}
	}
}

func TestBadBatchesAreRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	good := pressItem("a", "")
	many := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(good+",", n), ",") + "]" }
	type c struct {
		body    string
		status  int
		pointer string
		detail  string
	}
	cases := map[string]c{
		"no body":               {"", 400, "", "empty"},
		"not JSON":              {"[" + good, 400, "", "ends too early"},
		"not UTF-8":             {"[\"\xff\"]", 400, "", "UTF-8"},
		"something more":        {"[" + good + "]]", 400, "", "not JSON"},
		"an object":             {good, 400, "", "an array is wanted"},
		"null":                  {"null", 400, "", "an array is wanted"},
		"none":                  {"[]", 400, "", "1 to 100"},
		"too many":              {many(101), 400, "", "1 to 100"},
		"a text":                {"[" + good + `,"x"]`, 400, "/1", "an object is wanted"},
		"no command":            {"[" + good + `,{"data":{}}]`, 400, "/1/command", "is missing"},
		"no data":               {"[" + good + `,{"command":"light.press"}]`, 400, "/1/data", "is missing"},
		"unknown member":        {"[" + good + "," + pressItem("b", `,"body":{}`) + "]", 400, "/1/body", "is unknown"},
		"member in wrong case":  {"[" + good + "," + pressItem("b", `,"IdempotencyKey":"k"`) + "]", 400, "/1/IdempotencyKey", "is written"},
		"member twice":          {"[" + good + "," + pressItem("b", `,"command":"light.press"`) + "]", 400, "/1/command", "twice"},
		"key of a number":       {"[" + good + "," + pressItem("b", `,"idempotencyKey":1`) + "]", 400, "/1/idempotencyKey", "a string is wanted"},
		"key of null":           {"[" + good + "," + pressItem("b", `,"idempotencyKey":null`) + "]", 400, "/1/idempotencyKey", "a string is wanted"},
		"empty key":             {"[" + good + "," + pressItem("b", `,"idempotencyKey":""`) + "]", 422, "/1/idempotencyKey", "is empty"},
		"odd key":               {"[" + good + "," + pressItem("b", `,"idempotencyKey":"ä"`) + "]", 422, "/1/idempotencyKey", "not allowed"},
		"long key":              {"[" + good + "," + pressItem("b", `,"idempotencyKey":"`+strings.Repeat("k", 256)+`"`) + "]", 422, "/1/idempotencyKey", "the limit is 255"},
		"key of another":        {"[" + pressItem("a", `,"idempotencyKey":"x"`) + "," + pressItem("b", `,"idempotencyKey":"x"`) + "]", 422, "/1/idempotencyKey", "at 0"},
		"unknown command":       {"[" + good + `,{"command":"light.smash","data":{}}]`, 422, "/1/command", "no such command"},
		"field missing":         {"[" + good + `,{"command":"light.press","data":{"light":"a"}}]`, 422, "/1/data/house", "is missing"},
		"field unknown":         {"[" + good + `,{"command":"light.press","data":{"light":"a","house":"h","x":1}}]`, 422, "/1/data/x", "is unknown"},
		"field twice":           {"[" + good + `,{"command":"light.press","data":{"light":"a","light":"a","house":"h"}}]`, 422, "/1/data/light", "twice"},
		"number out of range":   {"[" + good + `,{"command":"light.press","data":{"light":"a","house":"h","times":1e99}}]`, 422, "/1/data/times", "number"},
		"bad key of the stream": {"[" + good + `,{"command":"light.press","data":{"light":"a/b","house":"h"}}]`, 422, "/1/data", "contains"},
		"data of null":          {"[" + good + `,{"command":"light.press","data":null}]`, 422, "/1/data", "is null"},
	}
	r := newRig(t)
	for name, c := range cases { //nolint:paralleltest // each looks whether anything was stored
		t.Run(name, func(t *testing.T) {
			a := r.batch(c.body, edge.KeyHeader, "k")
			var problem edge.Problem
			if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.status != c.status || problem.Status != c.status || !strings.Contains(problem.Detail, c.detail) {
				t.Errorf("%d %s, want %d with %q", a.status, a.body, c.status, c.detail)
			}
			if c.pointer != "" && (len(problem.Errors) != 1 || problem.Errors[0].Pointer != c.pointer) {
				t.Errorf("errors %+v, want one at %s", problem.Errors, c.pointer)
			}
			if n := r.stored(); n != 0 {
				t.Fatalf("%d things are stored", n)
			}
		})
	}
	if a := r.batch("["+good+"]", edge.KeyHeader, strings.Repeat("k", 253)); a.status != http.StatusBadRequest || !strings.Contains(a.body, "the limit is 252") {
		t.Errorf("long key of the batch: %+v", a)
	}
	if a := r.do(http.MethodPost, "/commands?x=1", "["+good+"]", "Content-Type", asJSON); a.status != http.StatusBadRequest {
		t.Errorf("with a parameter: %+v", a)
	}
	if a := r.do(http.MethodPost, "/commands", "["+good+"]"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("without a content type: %+v", a)
	}
	if a := r.batch(`["` + strings.Repeat("x", flow.MaxCommandBytes) + `"]`); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", a.status)
	}
	if n := r.stored(); n != 0 {
		t.Errorf("%d things are stored", n)
	}
	if n := len(r.results(r.batch(many(100), edge.KeyHeader, strings.Repeat("k", 252)))); n != 100 {
		t.Errorf("%d results", n)
	}
}

// TestBatchIsACommand holds that overload refuses batches as it refuses commands.
func TestBatchIsACommand(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	all := edge.New(r.System(), edge.Options{MaxBacklog: 1, Backlog: full})
	for path, body := range map[string]string{"/commands": "[" + pressItem("a", "") + "]", "/commands/light.press": `{"light":"a","house":"h"}`} {
		w := served(all, newRequest(http.MethodPost, path, body).WithContext(t.Context()))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

// TestErrorsHavePointers holds that each field error of a command has its own.
func TestErrorsHavePointers(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var problem edge.Problem
	a := r.press(`{"light":7,"Times":1,"times":"x"}`)
	if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.status != http.StatusUnprocessableEntity {
		t.Fatalf("%+v", a)
	}
	got := map[string]bool{}
	for _, e := range problem.Errors {
		got[e.Pointer] = e.Text != ""
	}
	for _, want := range []string{"/light", "/house", "/times", "/Times"} {
		if !got[want] {
			t.Errorf("there is no error at %s: %s", want, a.body)
		}
	}
}

func full(context.Context) (int, error) { return 2, nil }

func served(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
