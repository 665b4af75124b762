package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/host"
)

// laterError asks for a pause, as flow's errors do.
type laterError struct{ after time.Duration }

func (e laterError) Error() string        { return "later" }
func (e laterError) After() time.Duration { return e.after }

func event(header ...string) http.Header {
	h := http.Header{"Ce-Id": {"0f-0"}, "Ce-Type": {"order.created"}, "Ce-Specversion": {"1.0"}}
	for i := 0; i < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return h
}

// request returns the answer with its body read.
func request(t *testing.T, h http.Handler, method, path string, header http.Header, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func handler(t *testing.T, h host.Host, target string) http.Handler {
	t.Helper()
	served, err := h.Handler(target)
	if err != nil {
		t.Fatal(err)
	}
	return served
}

func TestMessageIsWhatWasPushed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header http.Header
		want   driver.Message
	}{
		"event": {
			event("Ce-Actor", "J%C3%B6rg", "Content-Type", "application/json", "Accept", "*/*"),
			driver.Message{ID: "0f-0", Topic: "order.created", Attributes: map[string]string{
				"specversion": "1.0", "actor": "Jörg", "datacontenttype": "application/json",
			}},
		},
		"event without a media type": {
			event("Content-Type", "application/x-www-form-urlencoded"),
			driver.Message{ID: "0f-0", Topic: "order.created", Attributes: map[string]string{"specversion": "1.0"}},
		},
		"no event": {
			http.Header{
				"X-Goog-Pubsub-Message-Id":        {"77"},
				"X-Goog-Pubsub-Subscription-Name": {"projects/p/subscriptions/reserve-credit~order.created"},
				"Content-Type":                    {"application/x-www-form-urlencoded"},
			},
			driver.Message{ID: "77", Topic: "order.created", Attributes: map[string]string{}},
		},
		"half an event": {
			http.Header{"Ce-Subject": {"x"}, "X-Goog-Pubsub-Message-Id": {"77"}},
			driver.Message{ID: "77", Attributes: map[string]string{"subject": "x"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got driver.Message
			h := handler(t, host.Host{Functions: map[string]func(context.Context, driver.Message) error{
				"reserve-credit": func(_ context.Context, m driver.Message) error {
					got = m
					return nil
				},
			}}, "")
			response := request(t, h, http.MethodPost, "/reserve-credit", tc.header, strings.NewReader("\x00 raw"))
			if response.Code != http.StatusNoContent {
				t.Errorf("status is %d", response.Code)
			}
			if got.ID != tc.want.ID || got.Topic != tc.want.Topic || !maps.Equal(got.Attributes, tc.want.Attributes) ||
				string(got.Data) != "\x00 raw" || got.Subscription != "reserve-credit" || got.Attempt != 0 {
				t.Errorf("message is %+v", got)
			}
		})
	}
}

func TestStatusSaysWhatPubSubIsToDo(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	functions := map[string]func(context.Context, driver.Message) error{
		"ok":     func(context.Context, driver.Message) error { return nil },
		"failed": func(context.Context, driver.Message) error { return errors.New("secret of the house") },
		"later":  func(context.Context, driver.Message) error { return laterError{1500 * time.Millisecond} },
		"never":  func(context.Context, driver.Message) error { return laterError{-1} },
	}
	h := handler(t, host.Host{Functions: functions, Log: slog.New(slog.NewTextHandler(&log, nil))}, "")
	for _, tc := range []struct {
		name, method, path string
		header             http.Header
		body               io.Reader
		status             int
		retryAfter         string
	}{
		{"done", http.MethodPost, "/ok", event(), http.NoBody, 204, ""},
		{"error", http.MethodPost, "/failed", event(), http.NoBody, 500, ""},
		{"retry", http.MethodPost, "/later", event(), http.NoBody, 503, "2"},
		{"retry at once", http.MethodPost, "/never", event(), http.NoBody, 503, "0"},
		{"get", http.MethodGet, "/ok", event(), http.NoBody, 405, ""},
		{"no push", http.MethodPost, "/ok", http.Header{}, http.NoBody, 400, ""},
		{"cut off", http.MethodPost, "/ok", event(), io.MultiReader(strings.NewReader("x"), broken{}), 400, ""},
		{"at the limit", http.MethodPost, "/ok", event(), bytes.NewReader(make([]byte, 10_000_000)), 204, ""},
		{"too large", http.MethodPost, "/ok", event(), bytes.NewReader(make([]byte, 10_000_001)), 413, ""},
		{"nobody", http.MethodPost, "/other", event(), http.NoBody, 404, ""},
	} {
		response := request(t, h, tc.method, tc.path, tc.header, tc.body)
		if response.Code != tc.status || response.Header().Get("Retry-After") != tc.retryAfter {
			t.Errorf("%s: status %d, Retry-After %q", tc.name, response.Code, response.Header().Get("Retry-After"))
		}
		if strings.Contains(response.Body.String(), "secret") {
			t.Errorf("%s: the answer says %q", tc.name, response.Body)
		}
	}
	if !strings.Contains(log.String(), "secret of the house") || !strings.Contains(log.String(), "event=0f-0") {
		t.Errorf("the log says %q", &log)
	}
}

// broken is a body that ends too early.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestTargetIsServedAtTheRoot(t *testing.T) {
	t.Parallel()
	path := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) })
	h := host.Host{
		Functions: map[string]func(context.Context, driver.Message) error{
			"reserve-credit": func(context.Context, driver.Message) error { return nil },
		},
		Handlers: map[string]http.Handler{"edge": path, "tick": path},
	}
	for _, tc := range []struct{ target, path, want string }{
		{"", "/edge", "200 /"},
		{"", "/edge/", "200 /"},
		{"", "/edge/commands/order.place", "200 /commands/order.place"},
		{"", "/tick", "200 /"},
		{"", "/reserve-credit", "204 "},
		{"edge", "/commands/order.place", "200 /commands/order.place"},
		{"edge", "/", "200 /"},
		{"reserve-credit", "/", "204 "},
	} {
		response := request(t, handler(t, h, tc.target), http.MethodPost, tc.path, event(), http.NoBody)
		if got := fmt.Sprint(response.Code, " ", response.Body); got != tc.want {
			t.Errorf("target %q, path %s: %s, want %s", tc.target, tc.path, got, tc.want)
		}
	}
	if _, err := h.Handler("reserve"); err == nil {
		t.Error("an unknown target is no error")
	}
}

func TestHandlerChecksTheHost(t *testing.T) {
	t.Parallel()
	function := func(context.Context, driver.Message) error { return nil }
	type functions = map[string]func(context.Context, driver.Message) error
	for name, h := range map[string]host.Host{
		"twice":       {Functions: functions{"a": function}, Handlers: map[string]http.Handler{"a": http.NotFoundHandler()}},
		"no name":     {Functions: functions{"": function}},
		"a path":      {Functions: functions{"a/b": function}},
		"a pattern":   {Functions: functions{"{a}": function}},
		"no function": {Functions: functions{"a": nil}},
		"no handler":  {Handlers: map[string]http.Handler{"a": nil}},
	} {
		if _, err := h.Handler(""); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
