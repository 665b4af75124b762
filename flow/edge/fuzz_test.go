package edge_test

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// A fuzzed is an edge with a little behind it, without a network.
type fuzzed struct {
	*flowtest.World
	t     *testing.T
	store *memory.Store
	edge  http.Handler
}

func newFuzzed(t *testing.T) *fuzzed {
	t.Helper()
	store := memory.New()
	w := &fuzzed{t: t, store: store}
	w.World = flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
	w.edge = edge.New(w.System(), edge.Options{})
	for _, body := range []string{`{"light":"a","house":"h","times":3}`, `{"light":"b","house":"h"}`, `{"light":"never","house":"h"}`} {
		if status := w.do(newRequest(http.MethodPost, "/commands/light.press", body)).Code; status != http.StatusCreated {
			t.Fatalf("status %d", status)
		}
	}
	w.Run()
	return w
}

func newRequest(method, target, body string) *http.Request {
	u, err := url.ParseRequestURI(target)
	if err != nil || !strings.HasPrefix(target, "/") {
		return nil // no server hands it on
	}
	return &http.Request{
		Method: method, URL: u, RequestURI: target, Host: "localhost", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {asJSON}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

func (w *fuzzed) do(r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	w.edge.ServeHTTP(recorder, r.WithContext(w.t.Context()))
	return recorder
}

// size counts what is stored.
func (w *fuzzed) size() int {
	n := count(w.t, w.store.Scan(w.t.Context(), 0, driver.Forever))
	for _, kind := range driver.Kinds() {
		n += count(w.t, w.store.Agenda().Due(w.t.Context(), kind, driver.Forever, 0))
	}
	return n
}

func count[T any](t *testing.T, seq iter.Seq2[T, error]) (n int) {
	t.Helper()
	for _, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// FuzzCommand posts commands: each is taken, or refused with a problem and no
// trace.
func FuzzCommand(f *testing.F) {
	fuzzing.Seed(f, 500,
		[]any{"/commands/light.press", []byte(`{"light":"c","house":"h"}`), "key", "actor", asJSON},
		[]any{"/commands/light.press", []byte(`{"light":"c","house":"h","times":2}`), "", "", "application/json; charset=utf-8"},
		[]any{"/commands/light.press?x=1", []byte(`{"light":"c/","house":"..","times":-1}`), "", "", asJSON},
		[]any{"/commands/light.press", []byte(`{"light":"c","light":"d","x":1}`), strings.Repeat("k", 256), "J\xc3\xb6rg", "text/json"},
		[]any{"/commands/light.press/", []byte(nil), "", "", ""},
		[]any{"/commands/light%2epress", []byte(`[`), "~", " ", asJSON})
	f.Fuzz(func(t *testing.T, target string, body []byte, key, actor, content string) {
		r := newRequest(http.MethodPost, target, string(body))
		var press struct{ Times int }
		if r == nil || json.Unmarshal(body, &press) == nil && press.Times > 50 {
			return
		}
		for name, value := range map[string]string{edge.KeyHeader: key, edge.ActorHeader: actor, "Content-Type": content} {
			if r.Header.Del(name); value != "" {
				r.Header.Set(name, value)
			}
		}
		w := newFuzzed(t)
		before := w.size()
		response := w.do(r)
		w.check(r, response)
		if n := w.size(); n != before && response.Code != http.StatusCreated {
			t.Fatalf("status %d, and %d things are stored, it was %d", response.Code, n, before)
		}
		if location := response.Header().Get("Location"); location != "" {
			w.wants(http.StatusOK, location)
		}
	})
}

// FuzzQuery asks for views, streams, flows, the log and the rest with paths,
// parameters and cursors of all kinds: nothing is stored for it, and each page
// leads to the next one, until the last.
func FuzzQuery(f *testing.F) {
	fuzzing.Seed(f, 1000,
		[]any{http.MethodGet, "/views/lights?after=a&limit=1"},
		[]any{http.MethodGet, "/views/lights?on=true&limit=1000"},
		[]any{http.MethodGet, "/views/houses?where.counted=1e0&sort=key&fields=counted"},
		[]any{http.MethodGet, "/views/lights/a?fields=on,story&wait=0&token=00000000000000000000000000000000"},
		[]any{http.MethodHead, "/views/lights/a"},
		[]any{http.MethodGet, "/streams/light/a?limit=1&after=ID-0"},
		[]any{http.MethodGet, "/flows/0?limit=1"},
		[]any{http.MethodGet, "/log?from=1970-01-01T00:00:00Z&type=light.switched_on&stream=light/a&limit=1"},
		[]any{http.MethodGet, "/log?from=9223372036854775807&stream=light"},
		[]any{http.MethodGet, "/log?from=9999-12-31T23:59:59%2B23:59"},
		[]any{http.MethodGet, "/parked?limit=1&after=x"},
		[]any{http.MethodPost, "/parked/count-light~x/redrive"},
		[]any{http.MethodGet, "/parked/count-light~x"}, []any{http.MethodPost, "/parked/redrive"},
		[]any{http.MethodGet, "/parked?limit=1&after=1~x&function=count-light&error=not&type=light.switched_on"},
		[]any{http.MethodGet, "/retrying?limit=1"}, []any{http.MethodGet, "/paused"}, []any{http.MethodGet, "/audit"}, []any{http.MethodGet, "/redecide"},
		[]any{http.MethodGet, "/events"}, []any{http.MethodGet, "/functions?"}, []any{http.MethodGet, "/commands"}, []any{http.MethodGet, "/healthz"},
		[]any{http.MethodGet, "/views/lights/%2e%2e/%2f%00"}, []any{http.MethodOptions, "/"}, []any{"\xff", "/\xff"})
	f.Fuzz(func(t *testing.T, method, target string) {
		r := newRequest(method, target, "")
		if r == nil || method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/commands") || len(r.URL.Query().Get("wait")) > 2 {
			return
		}
		w := newFuzzed(t)
		before := w.dump()
		response := w.do(r)
		w.check(r, response)
		if after := w.dump(); after != before {
			t.Fatalf("stored is\n%s\nit was\n%s", after, before)
		}
		if response.Code == http.StatusOK && method == http.MethodGet {
			w.follow(r, response.Body.String())
		}
	})
}

// follow follows a page to the last.
func (w *fuzzed) follow(r *http.Request, body string) {
	w.t.Helper()
	cursor := "after"
	if r.URL.Path == "/log" {
		cursor = "from"
	}
	for range 20 { // there are fewer things
		var page struct{ Next string }
		if json.Unmarshal([]byte(body), &page) != nil || page.Next == "" {
			return
		}
		query := r.URL.Query()
		query.Set(cursor, page.Next)
		body = w.wants(http.StatusOK, r.URL.EscapedPath()+"?"+query.Encode())
	}
	w.t.Fatalf("%s has no last page: %s", r.URL, body)
}

// wants asks for a path.
func (w *fuzzed) wants(status int, target string) (body string) {
	w.t.Helper()
	r := newRequest(http.MethodGet, target, "")
	if r == nil {
		w.t.Fatalf("%q is no path", target)
	}
	response := w.do(r)
	if response.Code != status {
		w.t.Fatalf("%s: status %d: %s", target, response.Code, response.Body)
	}
	return response.Body.String()
}

// check fails the test unless an answer is what it should be for any request: JSON,
// and a problem where it is a no.
func (w *fuzzed) check(r *http.Request, response *httptest.ResponseRecorder) {
	w.t.Helper()
	body := response.Body.Bytes()
	if response.Code >= http.StatusInternalServerError || response.Code < http.StatusOK {
		w.t.Fatalf("%s %s: status %d: %s", r.Method, r.URL, response.Code, body)
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		w.t.Fatalf("%s %s: %q", r.Method, r.URL, body)
	}
	for name, values := range response.Header() {
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				w.t.Fatalf("the header %s is %q", name, value)
			}
		}
	}
	if response.Code < http.StatusBadRequest {
		return
	}
	var problem edge.Problem
	if err := json.Unmarshal(body, &problem); err != nil || problem.Status != response.Code || problem.Title == "" ||
		!strings.HasPrefix(problem.Type, "urn:onevent:problem:") || len(body) > 8000 {
		w.t.Fatalf("%s %s: the problem %s", r.Method, r.URL, body)
	}
	if ct := response.Header().Get("Content-Type"); ct != "application/problem+json" {
		w.t.Fatalf("a problem of type %q", ct)
	}
}
