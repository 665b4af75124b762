package edge_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// A rig is an edge over a world of the test application.
type rig struct {
	*flowtest.World
	t      testing.TB
	memory *memory.Store
	log    *brokenLog
	server *httptest.Server
}

// A brokenLog fails as long as it is told to.
type brokenLog struct {
	driver.Log
	mu  sync.Mutex
	err error
}

func (l *brokenLog) failWith(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

func (l *brokenLog) Head(ctx context.Context, stream string) (driver.Head, error) {
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err != nil {
		return driver.Head{}, err
	}
	return l.Log.Head(ctx, stream)
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, memory: memory.New()}
	r.log = &brokenLog{Log: r.memory}
	r.World = flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: r.log, Views: r.memory.Views(), Agenda: r.memory.Agenda(), Watcher: r.memory})
	r.server = httptest.NewServer(edge.New(r.System(), edge.Options{}))
	t.Cleanup(r.server.Close)
	return r
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do makes a request; headers are name and value in turn.
func (r *rig) do(method, path, body string, headers ...string) answer {
	r.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, reader)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			request.Host = headers[i+1]
			continue
		}
		request.Header[http.CanonicalHeaderKey(headers[i])] = append(request.Header[http.CanonicalHeaderKey(headers[i])], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(data)}
}

const asJSON = "application/json"

func (r *rig) press(body string, headers ...string) answer {
	r.t.Helper()
	return r.do(http.MethodPost, "/commands/light.press", body, append([]string{"Content-Type", asJSON}, headers...)...)
}

// stored returns how many records and items of the agenda there are.
func (r *rig) stored() (n int) {
	r.t.Helper()
	for _, err := range r.memory.Scan(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		n++
	}
	for _, kind := range driver.Kinds() {
		for _, err := range r.memory.Agenda().Due(r.t.Context(), kind, driver.Forever, 0) {
			if err != nil {
				r.t.Fatal(err)
			}
			n++
		}
	}
	return n
}

func TestCommandIsExecuted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	a := r.press(`{"light":"a","house":"h"}`, edge.ActorHeader, "Ann")
	var receipt flow.Receipt
	if err := json.Unmarshal([]byte(a.body), &receipt); err != nil {
		t.Fatal(err)
	}
	if a.status != http.StatusCreated || a.header.Get("Location") != "/streams/light/a" || receipt.Events[0].Actor != "Ann" || a.header.Get("Content-Type") != asJSON {
		t.Fatalf("%+v", a)
	}
	if r.press(`{"light":"a","house":"h","times":2}`).status != http.StatusCreated {
		t.Fatal("the second command was not executed")
	}
}

// TestP14BadInputIsRefusedAndStoresNothing is the corpus of what clients get
// wrong.
func TestP14BadInputIsRefusedAndStoresNothing(t *testing.T) {
	t.Parallel()
	const ok = `{"light":"a","house":"h"}`
	const press = "/commands/light.press"
	type c struct {
		method, path, body string
		headers            []string
		status             int
		detail             string // part of the answer
	}
	typed := func(more ...string) []string { return append([]string{"Content-Type", asJSON}, more...) }
	cases := map[string]c{
		"unknown command":          {"POST", "/commands/light.smash", ok, typed(), 404, "no command"},
		"command without a name":   {"POST", "/commands/", ok, typed(), 400, "bad-path"},
		"event as a command":       {"POST", "/commands/light.switched_on", ok, typed(), 404, "no command"},
		"command in capitals":      {"POST", "/commands/LIGHT.PRESS", ok, typed(), 404, "no command"},
		"no body":                  {"POST", press, "", typed(), 400, "empty"},
		"not JSON":                 {"POST", press, "light=a", typed(), 400, "not JSON"},
		"half of JSON":             {"POST", press, `{"light":"a`, typed(), 400, "ends too early"},
		"two objects":              {"POST", press, ok + ok, typed(), 400, "something follows"},
		"trailing comma":           {"POST", press, `{"light":"a","house":"h",}`, typed(), 400, "not JSON"},
		"comment":                  {"POST", press, ok + `// x`, typed(), 400, "something follows"},
		"byte order mark":          {"POST", press, "\ufeff" + ok, typed(), 400, "not JSON"},
		"UTF-16":                   {"POST", press, "{\x00\"\x00", typed(), 400, "not JSON"},
		"invalid UTF-8":            {"POST", press, "{\"light\":\"\xff\",\"house\":\"h\"}", typed(), 400, "UTF-8"},
		"lone surrogate":           {"POST", press, `{"light":"\ud800","house":"h"}`, typed(), 400, "surrogate"},
		"NaN":                      {"POST", press, `{"light":"a","house":"h","times":NaN}`, typed(), 400, "not JSON"},
		"deep":                     {"POST", press, strings.Repeat("[", 10_000), typed(), 400, "deeper"},
		"null":                     {"POST", press, `null`, typed(), 422, "is null"},
		"array":                    {"POST", press, `[]`, typed(), 422, "is an array"},
		"string":                   {"POST", press, `"x"`, typed(), 422, "is a string"},
		"number":                   {"POST", press, `1`, typed(), 422, "is the number 1"},
		"missing field":            {"POST", press, `{"light":"a"}`, typed(), 422, `"/house"`},
		"all fields missing":       {"POST", press, `{}`, typed(), 422, `"/light"`},
		"unknown field":            {"POST", press, `{"light":"a","house":"h","colour":"red"}`, typed(), 422, `"/colour"`},
		"field in wrong case":      {"POST", press, `{"Light":"a","house":"h"}`, typed(), 422, `it is written`},
		"field twice":              {"POST", press, `{"light":"a","light":"b","house":"h"}`, typed(), 422, "is there twice"},
		"wrong type":               {"POST", press, `{"light":7,"house":"h"}`, typed(), 422, "a string is wanted"},
		"null field":               {"POST", press, `{"light":null,"house":"h"}`, typed(), 422, "is null"},
		"object for a string":      {"POST", press, `{"light":{},"house":"h"}`, typed(), 422, "is an object"},
		"string for a number":      {"POST", press, `{"light":"a","house":"h","times":"2"}`, typed(), 422, "a whole number is wanted"},
		"fraction":                 {"POST", press, `{"light":"a","house":"h","times":1.5}`, typed(), 422, "a whole number is wanted"},
		"exponent":                 {"POST", press, `{"light":"a","house":"h","times":1e1}`, typed(), 422, "a whole number is wanted"},
		"huge number":              {"POST", press, `{"light":"a","house":"h","times":99999999999999999999}`, typed(), 422, "out of range"},
		"negative":                 {"POST", press, `{"light":"a","house":"h","times":-1}`, typed(), 422, "is negative"},
		"empty key":                {"POST", press, `{"light":"","house":"h"}`, typed(), 422, "empty key"},
		"key with a slash":         {"POST", press, `{"light":"a/b","house":"h"}`, typed(), 422, "contains"},
		"key with dots":            {"POST", press, `{"light":"a..b","house":"h"}`, typed(), 422, "contains"},
		"key of dots":              {"POST", press, `{"light":"..","house":"h"}`, typed(), 422, "does not begin"},
		"key with a space":         {"POST", press, `{"light":"a b","house":"h"}`, typed(), 422, "contains"},
		"key with NUL":             {"POST", press, `{"light":"a\u0000","house":"h"}`, typed(), 422, "contains"},
		"key with a newline":       {"POST", press, `{"light":"a\nb","house":"h"}`, typed(), 422, "contains"},
		"key with a bidi mark":     {"POST", press, `{"light":"a\u202eb","house":"h"}`, typed(), 422, "contains"},
		"key too long":             {"POST", press, `{"light":"` + strings.Repeat("k", 129) + `","house":"h"}`, typed(), 422, "the limit is 128"},
		"body of 4 MB and a byte":  {"POST", press, `{"light":"` + strings.Repeat("k", flow.MaxCommandBytes) + `"}`, typed(), 413, "larger than"},
		"body of 11 MB":            {"POST", press, strings.Repeat("x", 11<<20), typed(), 413, "larger than"},
		"no content type":          {"POST", press, ok, nil, 415, "no Content-Type"},
		"form":                     {"POST", press, ok, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "send JSON"},
		"text":                     {"POST", press, ok, []string{"Content-Type", "text/plain"}, 415, "send JSON"},
		"content type of nonsense": {"POST", press, ok, []string{"Content-Type", ";;"}, 415, "send JSON"},
		"two content types":        {"POST", press, ok, []string{"Content-Type", asJSON, "Content-Type", asJSON}, 415, "send JSON"},
		"other charset":            {"POST", press, ok, []string{"Content-Type", asJSON + "; charset=latin1"}, 415, "UTF-8"},
		"compressed":               {"POST", press, ok, typed("Content-Encoding", "gzip"), 415, "encoded"},
		"empty idempotency key":    {"POST", press, ok, typed("Idempotency-Key", ""), 400, "is empty"},
		"long idempotency key":     {"POST", press, ok, typed("Idempotency-Key", strings.Repeat("k", 256)), 400, "the limit is 255"},
		"odd idempotency key":      {"POST", press, ok, typed("Idempotency-Key", "ä"), 400, "not allowed"},
		"two idempotency keys":     {"POST", press, ok, typed("Idempotency-Key", "a", "Idempotency-Key", "b"), 400, "twice"},
		"long actor":               {"POST", press, ok, typed("Onevent-Actor", strings.Repeat("k", 129)), 400, "the limit is 128"},
		"parameters on a command":  {"POST", press + "?light=a", ok, typed(), 400, "light"},
		"get of a command":         {"GET", press, "", nil, 405, "takes POST"},
		"put of a command":         {"PUT", press, ok, typed(), 405, "takes POST"},
		"delete of a stream":       {"DELETE", "/streams/light/a", "", nil, 405, "takes GET"},
		"post of a view":           {"POST", "/views/lights", ok, typed(), 405, "takes GET"},
		"unknown path":             {"GET", "/nowhere", "", nil, 404, "nothing at"},
		"root":                     {"GET", "/", "", nil, 404, "nothing at"},
		"unknown view":             {"GET", "/views/none", "", nil, 404, "no view"},
		"unknown view, with a key": {"GET", "/views/none/a", "", nil, 404, "no view"},
		"unknown document":         {"GET", "/views/lights/a", "", nil, 404, "no document"},
		"function as a view":       {"GET", "/views/count-light/a", "", nil, 404, "no view"},
		"unknown stream":           {"GET", "/streams/light/a", "", nil, 404, "has no events"},
		"unknown namespace":        {"GET", "/streams/none/a", "", nil, 404, "has no events"},
		"unknown flow":             {"GET", "/flows/none", "", nil, 404, "no flow"},
		"unknown parked":           {"POST", "/parked/none/redrive", "", nil, 404, "none"},
		"traversal":                {"GET", "/streams/light/../../etc/passwd", "", nil, 400, "bad-path"},
		"escaped traversal":        {"GET", "/streams/light/..%2f..%2fetc", "", nil, 400, "escaped slash"},
		"escaped dots":             {"GET", "/views/lights/%2e%2e", "", nil, 400, "bad-path"},
		"doubly escaped":           {"GET", "/views/lights/%252e", "", nil, 400, "key"},
		"escaped NUL":              {"GET", "/views/lights/a%00", "", nil, 400, "control character"},
		"escaped newline":          {"GET", "/views/lights/a%0d%0ab", "", nil, 400, "control character"},
		"backslash":                {"GET", "/views/lights/a%5c", "", nil, 400, "backslash"},
		"double slash":             {"GET", "/views//lights", "", nil, 400, "bad-path"},
		"long key in a path":       {"GET", "/views/lights/" + strings.Repeat("k", 129), "", nil, 400, "limit"},
		"unknown parameter":        {"GET", "/log?nonsense=1", "", nil, 400, "nonsense"},
		"parameter twice":          {"GET", "/log?limit=1&limit=2", "", nil, 400, "limit"},
		"limit of words":           {"GET", "/log?limit=many", "", nil, 400, "limit"},
		"limit of nothing":         {"GET", "/log?limit=0", "", nil, 400, "limit"},
		"negative limit":           {"GET", "/views/lights?limit=-1", "", nil, 400, "limit"},
		"huge limit":               {"GET", "/log?limit=1000000000", "", nil, 400, "limit"},
		"time of words":            {"GET", "/log?from=tomorrow", "", nil, 400, "from"},
		"unknown type":             {"GET", "/log?type=light.none", "", nil, 400, "type"},
		"filter of no field":       {"GET", "/views/lights?colour=red", "", nil, 400, "colour"},
		"semicolon in a query":     {"GET", "/log?limit=1;type=x", "", nil, 400, ""},
		"other host":               {"POST", press, ok, typed("Host", "evil.example"), 403, "host"},
		"other host, reading":      {"GET", "/log", "", []string{"Host", "evil.example:80"}, 403, "host"},
		"other origin":             {"POST", press, ok, typed("Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"), 403, "origins"},
		"other origin, old":        {"POST", press, ok, typed("Origin", "https://evil.example"), 403, "origins"},
	}
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	r := newRig(t)
	for name, c := range maps.All(cases) { //nolint:paralleltest // each looks whether anything was stored
		t.Run(name, func(t *testing.T) {
			a := r.do(c.method, c.path, c.body, c.headers...)
			if a.status != c.status || !strings.Contains(a.body, c.detail) {
				t.Errorf("%d %s, want %d with %q", a.status, a.body, c.status, c.detail)
			}
			var problem edge.Problem
			if err := json.Unmarshal([]byte(a.body), &problem); err != nil || a.header.Get("Content-Type") != "application/problem+json" || problem.Status != c.status {
				t.Errorf("%s is no problem (%v): %s", a.header.Get("Content-Type"), err, a.body)
			}
			if n := r.stored(); n != 0 {
				t.Fatalf("%d things are stored", n)
			}
		})
	}
}

func TestRefusalIsAConflictWithItsCode(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"a","house":"h"}`)
	r.Run()
	r.Wait(testapp.BurnAfter)
	r.Run()
	before := r.stored()
	a := r.press(`{"light":"a","house":"h"}`)
	if a.status != http.StatusConflict || !strings.Contains(a.body, `"code":"burned_out"`) || r.stored() != before {
		t.Fatalf("%+v", a)
	}
}

func TestIdempotencyKeyCountsOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	answers := make([]answer, 50)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() { answers[i] = r.press(`{"light":"a","house":"h"}`, edge.KeyHeader, "k") })
	}
	group.Wait()
	created := 0
	for _, a := range answers {
		if a.body != answers[0].body {
			t.Fatalf("answers\n%s\n%s", a.body, answers[0].body)
		}
		switch a.status {
		case http.StatusCreated:
			created++
		case http.StatusOK:
			if a.header.Get(edge.ReplayedHeader) != "true" {
				t.Fatal("a repetition does not say so")
			}
		default:
			t.Fatalf("%+v", a)
		}
	}
	if created != 1 {
		t.Fatalf("created %d times", created)
	}
	if a := r.press(`{"light":"b","house":"h"}`, edge.KeyHeader, "k"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "idempotency") {
		t.Fatalf("another command under the same key: %+v", a)
	}
	if a := r.do(http.MethodGet, "/streams/light/a", ""); strings.Count(a.body, `"seq"`) != 1 {
		t.Fatalf("stream %s", a.body)
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for i := range 5 {
		r.press(fmt.Sprintf(`{"light":"l%d","house":"h"}`, i))
	}
	r.press(`{"light":"jam","house":"h"}`)
	r.Run()
	var receipt flow.Receipt
	if err := json.Unmarshal([]byte(r.press(`{"light":"l0","house":"h"}`).body), &receipt); err != nil {
		t.Fatal(err)
	}
	r.Run()
	for path, want := range map[string]string{
		"/healthz":                       `"ok"`,
		"/commands":                      `"light.press"`,
		"/events":                        `"function":"count-light"`,
		"/functions":                     `"kind":"effect"`,
		"/views/lights/l0":               `{"story":["on","counted","off","rung"],"on":false}`,
		"/views/lights?on=true&limit=2":  `"next":"l1"`,
		"/views/lights?on=false":         `"key":"l0"`,
		"/views/lights?after=l3&on=true": `"key":"l4"`,
		"/views/houses/h":                `{"counted":5}`,
		"/streams/light/l0":              `"type":"light.switched_off"`,
		"/streams/light/l0?limit=1":      `"next":"`,
		"/flows/" + receipt.Correlation:  `"type":"bell.rung"`,
		"/log?type=meter.counted":        `"meter/h"`,
		"/log?stream=bell/l0":            `"bell.rung"`,
		"/log?stream=bell":               `"bell.rung"`,
		"/log?limit=3":                   `"next":"`,
		"/log?from=2031-01-01T00:00:00Z": `"events":[]`,
		"/parked":                        `the meter is jammed`,
		"/views/lights?after=zz":         `"documents":[]`,
	} {
		a := r.do(http.MethodGet, path, "")
		if a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %s, want %s", path, a.status, a.body, want)
		}
		head := r.do(http.MethodHead, path, "")
		if head.status != http.StatusOK || head.body != "" {
			t.Errorf("HEAD %s: %+v", path, head)
		}
	}
}

func TestPagesCoverTheLog(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 10 {
		r.press(`{"light":"a","house":"h","times":3}`)
	}
	r.Run()
	seen := map[string]bool{}
	for from := "0"; from != ""; {
		var page edge.EventPage
		if err := json.Unmarshal([]byte(r.do(http.MethodGet, "/log?limit=4&from="+from, "").body), &page); err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			if seen[e.ID] {
				t.Fatalf("%s is told twice", e.ID)
			}
			seen[e.ID] = true
		}
		from = page.Next
	}
	audit, err := r.System().Audit(t.Context())
	if err != nil || len(seen) != audit.Events || audit.Events < 50 {
		t.Fatalf("%d events of %d (%v)", len(seen), audit.Events, err)
	}
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.press(`{"light":"later","house":"h"}`)
	for range 3 {
		r.Run()
		r.Wait(60e9)
	}
	var page edge.ParkedPage
	if err := json.Unmarshal([]byte(r.do(http.MethodGet, "/parked", "").body), &page); err != nil || len(page.Parked) != 1 {
		t.Fatalf("%v %+v", err, page)
	}
	path := "/parked/" + page.Parked[0].ID + "/redrive"
	if a := r.do(http.MethodPost, path, ""); a.status != http.StatusConflict || !strings.Contains(a.body, "meter is empty") {
		t.Fatalf("%+v", a)
	}
	r.press(`{"light":"a","house":"h"}`)
	r.Run()
	if a := r.do(http.MethodPost, path, ""); a.status != http.StatusOK {
		t.Fatalf("%+v", a)
	}
	if a := r.do(http.MethodPost, path, ""); a.status != http.StatusNotFound {
		t.Fatalf("%+v", a)
	}
}

func TestFaultsOfTheSystemLeakNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.log.failWith(errors.New("password=hunter2 at 10.0.0.1"))
	a := r.press(`{"light":"a","house":"h"}`)
	if a.status < 500 || strings.Contains(a.body, "hunter2") || !strings.Contains(a.body, `"instance"`) || a.header.Get("Retry-After") == "" {
		t.Fatalf("%+v", a)
	}
	r.log.failWith(nil)
	if a := r.press(`{"light":"a","house":"h"}`); a.status != http.StatusCreated {
		t.Fatalf("after the fault: %+v", a)
	}
}

func TestTooManyRequestsAtOnceAreRefused(t *testing.T) {
	t.Parallel()
	w := flowtest.NewWorld(t, testapp.App(nil), nil)
	handler := edge.New(w.System(), edge.Options{MaxInFlight: 1})
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := &slowBody{entered: entered, leave: leave}
	go func() {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/commands/light.press", slow)
		r.Header.Set("Content-Type", asJSON)
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-entered
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/log", http.NoBody))
	health := httptest.NewRecorder()
	handler.ServeHTTP(health, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/healthz", http.NoBody))
	close(leave)
	if recorder.Code != http.StatusServiceUnavailable || recorder.Header().Get("Retry-After") == "" || health.Code != http.StatusOK {
		t.Fatalf("%d %s, health %d", recorder.Code, recorder.Body, health.Code)
	}
}

// A slowBody says when it is read, and ends when it is told to.
type slowBody struct {
	entered, leave chan struct{}
	once           sync.Once
}

func (b *slowBody) Read([]byte) (int, error) {
	b.once.Do(func() { close(b.entered) })
	<-b.leave
	return 0, io.EOF
}
