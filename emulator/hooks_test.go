package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

// Whoever registers a URL for order.completed gets it, signed with the secrets that
// the edge shows.
func TestHooksAreTold(t *testing.T) {
	t.Parallel()
	requests := make(chan flow.Incoming, 100)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- flow.Incoming{Header: r.Header, Body: body}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer listener.Close()
	p := start(t, "-data", t.TempDir(), "-fast")
	if status, answer := p.send("hook.register", "k", map[string]any{"hook": "mine", "url": listener.URL, "types": []string{"order.completed"}}); status != http.StatusCreated {
		t.Fatalf("%d %s", status, answer)
	}
	p.send("consumer.register", "alice", map[string]any{"consumer": "alice", "name": "Alice"})
	p.account("alice", func(map[string]any) bool { return true })
	p.send("order.place", "o1", order("o1", "alice", 950))

	var secrets struct{ Secrets []string }
	response, err := http.Get(p.url + "/hooks/mine/secrets")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&secrets); err != nil || len(secrets.Secrets) != 1 {
		t.Fatalf("%v, secrets %v", err, secrets.Secrets)
	}
	select {
	case got := <-requests:
		if _, err := webhook.Standard(webhook.Text(secrets.Secrets[0])).Verify(got, time.Now()); err != nil {
			t.Fatalf("%v\n%s", err, got.Body)
		}
		var event struct {
			Type string
			Data struct{ Order string }
		}
		if err := json.Unmarshal(got.Body, &event); err != nil || event.Type != "order.completed" || event.Data.Order != "o1" {
			t.Fatalf("%v: %s", err, got.Body)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was told")
	}
}
