package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/functions"
)

const tillSecret = "whsec_b25ldmVudC10ZXN0LXNlY3JldC1vZi1ob29rcw=="

// tillApp is the application with a till that signs.
func tillApp() flow.App {
	return functions.App(functions.Settings{TillSecrets: []webhook.Secret{webhook.Text(tillSecret)}})
}

func incoming(t *testing.T, id, body string) flow.Incoming {
	t.Helper()
	signed, err := webhook.SignStandard(id, time.Now(), []byte(body), tillSecret)
	if err != nil {
		t.Fatal(err)
	}
	header := map[string][]string{"Content-Type": {"application/json"}}
	for name, value := range signed {
		header[name] = []string{value}
	}
	return flow.Incoming{Header: header, Body: []byte(body)}
}

// folderWithRequests returns a data folder whose log has two requests of the till, of
// which one meant nothing.
func folderWithRequests(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	store, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	system, err := flow.New(tillApp(), local.Platform(store, store.Broker(nil)))
	if err != nil {
		t.Fatal(err)
	}
	for id, body := range map[string]string{"m1": `{"type":"ticket.ready","ticket":"1"}`, "m2": `{"type":"noise"}`} {
		if _, err := system.Receive(t.Context(), "till", incoming(t, id, body)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What was taken is sent again, signed anew, and is authentic.
func TestWebhookReplay(t *testing.T) {
	t.Parallel()
	dir := folderWithRequests(t)
	var mu sync.Mutex
	got := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		id, err := webhook.Standard(webhook.Text(tillSecret)).Verify(flow.Incoming{Header: r.Header, Body: body}, time.Now())
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got[id] = r.Method + " " + r.URL.Path + " " + r.Header.Get("Content-Type") + " " + string(body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer server.Close()
	run := func(secret string, args ...string) (int, string) {
		var out bytes.Buffer
		p := newProgram(&out)
		p.err = &out
		p.getenv = func(name string) string {
			if name == "TILL_WEBHOOK_SECRET" {
				return secret
			}
			return ""
		}
		code := p.run(t.Context(), append([]string{"webhook"}, args...))
		return code, out.String()
	}
	if code, out := run(tillSecret, "replay", "-data", dir, "-to", server.URL, "-id", "m1"); code != 0 || out != "✓ till m1 202\n" || len(got) != 1 {
		t.Fatalf("%d: %s, %v", code, out, got)
	}
	if code, out := run(tillSecret, "replay", "-data", dir, "-to", server.URL, "-source", "till"); code != 0 || strings.Count(out, "✓") != 2 {
		t.Fatalf("%d: %s", code, out)
	}
	if want := `POST /webhooks/till application/json {"type":"ticket.ready","ticket":"1"}`; got["m1"] != want || len(got) != 2 {
		t.Fatalf("%v", got)
	}
	for name, c := range map[string]struct {
		secret string
		args   []string
		code   int
		want   string
	}{
		"another secret": {"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", []string{"replay", "-data", dir, "-to", server.URL}, 1, "2 of 2 requests were refused"},
		"no secret":      {"", []string{"replay", "-data", dir, "-to", server.URL}, 2, "no TILL_WEBHOOK_SECRET"},
		"a bad secret":   {"x", []string{"replay", "-data", dir, "-to", server.URL}, 1, "TILL_WEBHOOK_SECRET: "},
		"no such id":     {tillSecret, []string{"replay", "-data", dir, "-to", server.URL, "-id", "m3"}, 1, "no such request"},
		"no such source": {tillSecret, []string{"replay", "-data", dir, "-to", server.URL, "-source", "payments"}, 1, "no such request"},
		"elsewhere":      {tillSecret, []string{"replay", "-data", dir, "-to", "https://example.com"}, 2, "not on this machine"},
		"another word":   {tillSecret, []string{"play", "-data", dir}, 2, "webhook replay is all there is"},
		"no folder":      {tillSecret, []string{"replay"}, 2, "-data names the folder"},
		"nobody there":   {tillSecret, []string{"replay", "-data", dir, "-to", "http://127.0.0.1:1"}, 1, "no system answers"},
		"no scheme":      {tillSecret, []string{"replay", "-data", dir, "-to", server.URL, "-scheme", "x"}, 1, "there is no scheme"},
	} {
		if code, out := run(c.secret, c.args...); code != c.code || !strings.Contains(out, c.want) {
			t.Errorf("%s: %d: %s", name, code, out)
		}
	}
}
