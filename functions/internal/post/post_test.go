package post_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions/internal/post"
)

type answer struct {
	ID string `json:"id"`
}

// answering returns the address of a server that answers everything alike.
func answering(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestJSONSortsAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		id      string
		refusal string
		err     string // part of the error
		never   bool   // the error is a rejection
	}{
		"yes":                     {200, `{"id":"ch_1","more":true}`, "ch_1", "", "", false},
		"created":                 {201, `{"id":"ch_1"}`, "ch_1", "", "", false},
		"no, 402":                 {402, `{"reason":"no money"}`, "", "no money", "", false},
		"no, 409":                 {409, `{"reason":"closed"}`, "", "closed", "", false},
		"no without a reason":     {402, `<html>`, "", "status 402 without a reason", "", false},
		"broken":                  {500, `{"reason":"no money"}`, "", "", "post /things: status 500", false},
		"overloaded":              {503, ``, "", "", "status 503", false},
		"too often":               {429, ``, "", "", "status 429", false},
		"timed out":               {408, ``, "", "", "status 408", false},
		"not understood":          {400, ``, "", "", "rejected: post /things: status 400", true},
		"not found":               {404, ``, "", "", "status 404", true},
		"not JSON":                {200, `ok`, "", "", "post /things: answer: ", false},
		"another type":            {200, `{"id":7}`, "", "", "post /things: answer: ", false},
		"empty":                   {200, ``, "", "", "post /things: answer: ", false},
		"longer than can be read": {200, `"` + strings.Repeat("x", post.MaxAnswer) + `"`, "", "", "longer than 65536 bytes", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got answer
			refusal, err := post.JSON(t.Context(), nil, answering(t, c.status, c.body), "/things", answer{}, &got)
			if got.ID != c.id || refusal != c.refusal {
				t.Errorf("answer %q, refusal %q; want %q, %q", got.ID, refusal, c.id, c.refusal)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			if never := err != nil && strings.HasPrefix(err.Error(), "rejected: "); never != c.never {
				t.Errorf("error %v: rejected %v, want %v", err, never, c.never)
			}
		})
	}
}

// asked is an event, so that there is an effect, and with it a key.
type asked struct{}

func (asked) Type() string { return "thing.asked" }
func (asked) Key() string  { return "1" }

func TestJSONSendsTheBodyAndTheKey(t *testing.T) {
	t.Parallel()
	type seen struct{ method, path, kind, key, body string }
	got := make(chan seen, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- seen{r.Method, r.URL.Path, r.Header.Get("Content-Type"), r.Header.Get("Idempotency-Key"), string(body)}
	}))
	t.Cleanup(server.Close)
	effect := flow.Effect("post-it", func(ctx context.Context, _ asked) ([]flow.Event, error) {
		_, err := post.JSON(ctx, nil, server.URL+"/", "/things", answer{ID: "1"}, nil)
		return nil, err
	})
	if _, err := effect.Call(t.Context(), "key-1", asked{}); err != nil {
		t.Fatal(err)
	}
	if want := (seen{"POST", "/things", "application/json", "key-1", `{"id":"1"}`}); <-got != want {
		t.Fatalf("the server saw something other than %+v", want)
	}
}

func TestJSONGivesUpOnASlowServer(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	t.Cleanup(func() { close(done); server.Close() })
	client := &http.Client{Timeout: 20 * time.Millisecond}
	if refusal, err := post.JSON(t.Context(), client, server.URL, "/things", answer{}, nil); err == nil {
		t.Fatalf("no error from a server that does not answer; refusal %q", refusal)
	}
}

func TestJSONTellsThatNobodyListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	_, err := post.JSON(t.Context(), nil, server.URL, "/things", answer{}, nil)
	if err == nil || strings.HasPrefix(err.Error(), "rejected: ") {
		t.Fatalf("error %v, want one that is tried again", err)
	}
}

func TestJSONKeepsOnlyTheBeginningOfAReason(t *testing.T) {
	t.Parallel()
	body, err := json.Marshal(map[string]string{"reason": strings.Repeat("ä", post.MaxReason)})
	if err != nil {
		t.Fatal(err)
	}
	refusal, err := post.JSON(t.Context(), nil, answering(t, 409, string(body)), "/things", answer{}, nil)
	if err != nil || len(refusal) > post.MaxReason || !utf8.ValidString(refusal) || !strings.HasPrefix(refusal, "ää") {
		t.Fatalf("refusal %q, error %v", refusal, err)
	}
}
