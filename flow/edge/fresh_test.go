package edge_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/flow/webhook"
)

const nothingBehind = "unhandled=0, missing=0"

func TestQueryTellsHowFarBehindItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.press(`{"light":"a","house":"h"}`).header.Get(edge.TokenHeader)
	for _, path := range []string{"/views/lights?wait=0&token=" + token, "/views/houses?wait=0s&token=" + token} {
		a := r.do(http.MethodGet, path, "")
		if behind := a.header.Get(edge.BehindHeader); a.status != http.StatusOK || behind == nothingBehind || !strings.HasPrefix(behind, "unhandled=1, ") {
			t.Errorf("%s before it is handled: %+v", path, a)
		}
	}
	if a := r.do(http.MethodGet, "/views/lights/a?wait=0", "", edge.AfterHeader, token); a.status != http.StatusNotFound ||
		a.header.Get(edge.BehindHeader) != "unhandled=1, missing=1" {
		t.Errorf("the document before it is there: %+v", a)
	}
	r.Run()
	for _, path := range []string{"/views/lights", "/views/lights/a", "/views/houses/h", "/views/lights/a?fields=on&token=" + token} {
		a := r.do(http.MethodGet, path, "", edge.AfterHeader, token)
		if a.status != http.StatusOK || a.header.Get(edge.BehindHeader) != nothingBehind {
			t.Errorf("%s: %+v", path, a)
		}
		again := r.do(http.MethodGet, path, "", edge.AfterHeader, token, "If-None-Match", a.header.Get("ETag"))
		if again.status != http.StatusNotModified || again.header.Get(edge.BehindHeader) != nothingBehind {
			t.Errorf("%s again: %+v", path, again)
		}
	}
	if a := r.do(http.MethodGet, "/views/lights", ""); a.header.Get(edge.BehindHeader) != "" {
		t.Errorf("without a token: %+v", a)
	}
}

func TestBadTokensAreRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	token := r.press(`{"light":"a","house":"h"}`).header.Get(edge.TokenHeader)
	r.Run()
	none := strings.Repeat("0", 32)
	for _, c := range []struct {
		query, header string
		status        int
		detail        string
	}{
		{"token=" + none, "", 404, "unknown-token"},
		{"", none, 404, "unknown-token"},
		{"token=x", "", 400, "bad-parameter"},
		{"token=", "", 400, "bad-parameter"},
		{"token=" + strings.ToUpper(token), "", 400, "bad-parameter"},
		{"token=" + token + "&token=" + token, "", 400, "twice"},
		{"token=" + none, token, 400, "two tokens"},
		{"", "x", 400, "bad-header"},
		{"", token + "0", 400, "bad-header"},
		{"wait=1", "", 400, "nothing to wait for"},
		{"wait=21s", token, 400, "wait is"},
		{"wait=-1s", token, 400, "wait is"},
		{"wait=-1", token, 400, "wait is"},
		{"wait=soon", token, 400, "wait is"},
		{"wait=", token, 400, "wait is"},
		{"wait=99999999999999999999", token, 400, "wait is"},
		{"wait=20", token, 200, "documents"},
		{"wait=1m", token, 400, "wait is"},
		{"wait=1500ms&token=" + token, token, 200, "documents"},
	} {
		var headers []string
		if c.header != "" {
			headers = []string{edge.AfterHeader, c.header}
		}
		a := r.do(http.MethodGet, "/views/lights?"+c.query, "", headers...)
		if a.status != c.status || !strings.Contains(a.body, c.detail) {
			t.Errorf("%+v: %d %s", c, a.status, a.body)
		}
	}
}

// A countedLog tells of each time that the record of a token is asked for.
type countedLog struct {
	driver.Log
	asked chan string
}

func (l *countedLog) Record(ctx context.Context, id string) (driver.Record, error) {
	select {
	case l.asked <- id:
	default:
	}
	return l.Log.Record(ctx, id)
}

// newCounted returns a world and an edge over a log that tells of the last asks.
func newCounted(t *testing.T, o edge.Options) (*flowtest.World, http.Handler, chan string) {
	t.Helper()
	store := memory.New()
	asked := make(chan string, 100)
	w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: &countedLog{store, asked}, Views: store.Views(), Agenda: store.Agenda()})
	return w, edge.New(w.System(), o), asked
}

// askAfter asks for the view of lights, as fresh as a token.
func askAfter(ctx context.Context, h http.Handler, token, wait string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/views/lights?wait="+wait, http.NoBody)
	r.Header.Set(edge.AfterHeader, token)
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder
}

func pressed(t *testing.T, h http.Handler) (token string) {
	t.Helper()
	r := newRequest(http.MethodPost, "/commands/light.press", `{"light":"a","house":"h"}`)
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r.WithContext(t.Context()))
	return recorder.Header().Get(edge.TokenHeader)
}

// await waits until the log was asked for a token.
func await(t *testing.T, asked chan string, token string) {
	t.Helper()
	for {
		select {
		case id := <-asked:
			if id == token {
				return
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nobody asked")
		}
	}
}

func TestQueryWaitsForWhatWasWritten(t *testing.T) {
	t.Parallel()
	w, h, asked := newCounted(t, edge.Options{})
	token := pressed(t, h)
	answers := make(chan *httptest.ResponseRecorder)
	go func() { answers <- askAfter(t.Context(), h, token, "20s") }()
	for range 3 { // it asks again and again
		await(t, asked, token)
	}
	w.Run()
	a := <-answers
	if a.Code != http.StatusOK || a.Header().Get(edge.BehindHeader) != nothingBehind || !strings.Contains(a.Body.String(), `"counted"`) {
		t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
	}
}

func TestQueryWaitsNoLongerThanTheEdge(t *testing.T) {
	t.Parallel()
	_, h, _ := newCounted(t, edge.Options{Timeout: 2 * time.Second})
	a := askAfter(t.Context(), h, pressed(t, h), "20s")
	if a.Code != http.StatusOK || a.Header().Get(edge.BehindHeader) != "unhandled=1, missing=1" {
		t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
	}
}

func TestReaderWhoHangsUpWaitsNoLonger(t *testing.T) {
	t.Parallel()
	_, h, asked := newCounted(t, edge.Options{})
	token := pressed(t, h)
	ctx, hangUp := context.WithCancel(t.Context())
	answers := make(chan *httptest.ResponseRecorder)
	go func() { answers <- askAfter(ctx, h, token, "20s") }()
	await(t, asked, token)
	await(t, asked, token)
	hangUp()
	a := <-answers
	if a.Body.Len() != 0 {
		t.Errorf("it was answered: %s", a.Body)
	}
	if left := len(asked); left > 20 { // in 20 seconds it would be 80
		t.Errorf("the view was looked at %d times more", left)
	}
}

// TestNotAllReadersWait holds that one who finds as many waiting as may is
// answered at once.
func TestNotAllReadersWait(t *testing.T) {
	t.Parallel()
	w, h, asked := newCounted(t, edge.Options{MaxInFlight: 8}) // 3 read, 1 waits
	token := pressed(t, h)
	answers := make(chan *httptest.ResponseRecorder)
	go func() { answers <- askAfter(t.Context(), h, token, "20s") }()
	await(t, asked, token)
	await(t, asked, token)
	if a := askAfter(t.Context(), h, token, "20s"); a.Code != http.StatusOK || a.Header().Get(edge.BehindHeader) != "unhandled=1, missing=1" {
		t.Errorf("%d %v %s", a.Code, a.Header(), a.Body)
	}
	w.Run()
	if a := <-answers; a.Header().Get(edge.BehindHeader) != nothingBehind {
		t.Errorf("%d %v %s", a.Code, a.Header(), a.Body)
	}
}

// TestWebhookHasAToken holds that what a webhook told is waited for as well.
func TestWebhookHasAToken(t *testing.T) {
	t.Parallel()
	h, w := fuseBox(t, webhook.Text(fuseBoxSecret))
	told := tell(h, w, "msg_1", `{"light":"a"}`, nil)
	token := told.Header().Get(edge.TokenHeader)
	if told.Code != http.StatusCreated || token == "" || !strings.Contains(told.Body.String(), token) {
		t.Fatalf("%d %v %s", told.Code, told.Header(), told.Body)
	}
	if a := askAfter(t.Context(), h, token, "0"); a.Header().Get(edge.BehindHeader) == nothingBehind {
		t.Errorf("before it is handled: %v", a.Header())
	}
	w.Run()
	if a := askAfter(t.Context(), h, token, "0"); a.Header().Get(edge.BehindHeader) != nothingBehind {
		t.Errorf("%d %v", a.Code, a.Header())
	}
}

// TestCommandThatChangesNothingHasAToken holds that its token is known too.
func TestCommandThatChangesNothingHasAToken(t *testing.T) {
	t.Parallel()
	r := newShelves(t)
	a := r.do(http.MethodPost, "/commands/edge_test.place",
		`{"case":"c","books":[],"by":{},"exact":true,"ratio":1}`, "Content-Type", asJSON)
	if a.status != http.StatusOK {
		t.Fatalf("%+v", a)
	}
	read := r.do(http.MethodGet, "/views/shelves", "", edge.AfterHeader, a.header.Get(edge.TokenHeader))
	if read.status != http.StatusOK || read.header.Get(edge.BehindHeader) != nothingBehind {
		t.Fatalf("%+v", read)
	}
}

// TestServeAnswersWhoWaits holds that a server that stops is not held up by queries
// that wait, and answers them.
func TestServeAnswersWhoWaits(t *testing.T) {
	t.Parallel()
	_, h, asked := newCounted(t, edge.Options{})
	token := pressed(t, h)
	url, stop, ended := serve(t, h)
	answered := make(chan string, 1)
	go func() {
		response, err := get(t, url+"/views/lights?wait=20s&token="+token)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		answered <- response.Header.Get(edge.BehindHeader)
	}()
	await(t, asked, token)
	await(t, asked, token)
	stop()
	if behind := <-answered; behind != "unhandled=1, missing=1" {
		t.Errorf("answered %q", behind)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve returned %v", err)
	}
}
