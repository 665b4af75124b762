package edge_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// TestHostsOnLoopback holds that a page whose name was made to resolve to this
// machine gets nothing.
func TestHostsOnLoopback(t *testing.T) {
	t.Parallel()
	handler := edge.New(flowtest.NewWorld(t, testapp.App(nil), nil).System(), edge.Options{Access: access.Access{Proxy: true}, Hosts: []string{"shop.example"}})
	loopback, outside := net.IPv4(127, 0, 0, 1), net.IPv4(192, 0, 2, 1)
	for _, c := range []struct {
		host    string
		arrived net.IP
		want    int
	}{
		{"localhost", loopback, 200},
		{"LOCALHOST:8080", loopback, 200},
		{"127.0.0.1:8080", loopback, 200},
		{"127.7.7.7", loopback, 200},
		{"[::1]", net.IPv6loopback, 200},
		{"[::1]:8080", net.IPv6loopback, 200},
		{"shop.example:443", loopback, 200},
		{"evil.example", outside, 200}, // whoever listens there wants to be found
		{"evil.example", loopback, 403},
		{"evil.example:8080", net.IPv6loopback, 403},
		{"localhost.evil.example", loopback, 403},
		{"localhost.", loopback, 403},
		{"127.0.0.1.evil.example", loopback, 403},
		{"0.0.0.0:8080", loopback, 403},
		{"192.168.0.1", loopback, 403},
		{"shop.example.evil.example", loopback, 403},
		{"", loopback, 403},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/log", http.NoBody)
		r.Host = c.host
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(&net.TCPAddr{IP: c.arrived, Port: 8080})))
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("host %q at %v: %d, want %d: %s", c.host, c.arrived, w.Code, c.want, w.Body)
		}
	}
}

func TestEveryAnswerIsSafeInABrowser(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for path, cache := range map[string]string{
		"/log": "private, no-cache", "/views/lights": "private, no-cache", "/nowhere": "no-store", "/views//": "no-store", "/healthz": "no-store",
	} {
		h := r.do(http.MethodGet, path, "").header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": cache,
			"Content-Security-Policy": "default-src 'none'", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is open to other origins", path)
		}
	}
}

// TestPanicsAreProblems puts a panic where the engine does not catch it.
func TestPanicsAreProblems(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	store := memory.New()
	system, err := flow.New(testapp.App(nil), driver.Platform{
		Log: store, Views: store.Views(), Agenda: store.Agenda(), Publisher: memory.NewBroker(memory.Options{}), Clock: flowtest.NewClock(), Random: strings.NewReader(""),
	}, func(flow.Handler) flow.Handler {
		return func(context.Context, *flow.Handling) error { panic("secret=hunter2") }
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(edge.New(system, edge.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}))
	r := &rig{t: t, server: server}
	a := r.press(`{"light":"a","house":"h"}`)
	if a.status != http.StatusInternalServerError || a.header.Get("Content-Type") != "application/problem+json" || strings.Contains(a.body, "hunter2") {
		t.Errorf("%+v", a)
	}
	if a := r.do(http.MethodGet, "/log", ""); a.status != http.StatusOK {
		t.Errorf("after the panic: %+v", a)
	}
	server.Close()
	_, id, _ := strings.Cut(a.body, "urn:onevent:fault:")
	if id, _, _ = strings.Cut(id, `"`); id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log tells nothing of the fault %q: %s", id, log.String())
	}
}

// TestATimeIsUpIsUnavailable gives a request less time than the system takes.
func TestATimeIsUpIsUnavailable(t *testing.T) {
	t.Parallel()
	store := memory.New()
	w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: slowLog{store}, Views: store.Views(), Agenda: store.Agenda()})
	server := httptest.NewServer(edge.New(w.System(), edge.Options{Timeout: time.Millisecond}))
	defer server.Close()
	r := &rig{t: t, server: server}
	for name, a := range map[string]answer{"command": r.press(`{"light":"a","house":"h"}`), "health": r.do(http.MethodGet, "/healthz", "")} {
		if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// A slowLog answers when the caller has lost patience.
type slowLog struct{ driver.Log }

func (slowLog) Head(ctx context.Context, _ string) (driver.Head, error) {
	<-ctx.Done()
	return driver.Head{}, ctx.Err()
}

// TestWhoHangsUpLeavesNoCommandHalfWay holds that a command whose sender is gone
// is recorded and published all the same.
func TestWhoHangsUpLeavesNoCommandHalfWay(t *testing.T) {
	t.Parallel()
	w := flowtest.NewWorld(t, testapp.App(nil), nil)
	ctx, hangUp := context.WithCancel(t.Context())
	body := io.MultiReader(strings.NewReader(`{"light":"a","house":"h"}`), &hook{hangUp})
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/commands/light.press", body)
	r.Header.Set("Content-Type", asJSON)
	edge.New(w.System(), edge.Options{}).ServeHTTP(httptest.NewRecorder(), r)
	if ctx.Err() == nil {
		t.Fatal("the sender did not hang up")
	}
	w.Run()
	for _, stream := range [][2]string{{"light", "a"}, {"meter", "h"}} {
		for _, err := range w.System().Stream(t.Context(), stream[0], stream[1]) {
			if err != nil {
				t.Errorf("%v: %v", stream, err)
			}
		}
	}
}

// A hook is an empty body that calls a function when it is read.
type hook struct{ call func() }

func (h *hook) Read([]byte) (int, error) {
	h.call()
	return 0, io.EOF
}

// TestBodiesThatBreakStoreNothing sends bodies that end otherwise than they
// should.
func TestBodiesThatBreakStoreNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"broken off": {io.ErrUnexpectedEOF, 400},
		"no end":     {nil, 413},
		"failed":     {errors.New("secret"), 400},
	} {
		store := memory.New()
		w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/commands/light.press", &breaking{err: c.err})
		r.ContentLength = -1
		r.Header.Set("Content-Type", asJSON)
		recorder := httptest.NewRecorder()
		edge.New(w.System(), edge.Options{}).ServeHTTP(recorder, r)
		if recorder.Code != c.want || strings.Contains(recorder.Body.String(), "secret") {
			t.Errorf("%s: %d %s, want %d", name, recorder.Code, recorder.Body, c.want)
		}
		for range store.Scan(t.Context(), 0, driver.Forever) {
			t.Errorf("%s: something is stored", name)
		}
	}
}

// A breaking is a body that ends with an error, or never.
type breaking struct{ err error }

func (b *breaking) Read(data []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return copy(data, "        "), nil
}
