package edge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/webhook"
)

const fuseBoxSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// fuseBox is a system whose lights are switched off by a webhook that is signed as
// Standard Webhooks says, in virtual time.
func fuseBox(t *testing.T, secrets ...webhook.Secret) (http.Handler, *flowtest.World) {
	t.Helper()
	app := testapp.App(nil)
	app.Functions = append(app.Functions, flow.Webhook("fuse_box", webhook.Standard(secrets...), func(_ string, body []byte) (light.Event, error) {
		var off light.SwitchedOff
		if err := json.Unmarshal(body, &off); err != nil || off.Light == "" {
			return nil, flow.Invalid("light", "is missing")
		}
		return off, nil
	}).Emits(light.SwitchedOff{}))
	w := flowtest.NewWorld(t, app, nil)
	return edge.New(w.System(), edge.Options{}), w
}

func tell(h http.Handler, w *flowtest.World, id, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/webhooks/fuse_box", strings.NewReader(body))
	signed, err := webhook.SignStandard(id, w.Clock().Now(), []byte(body), fuseBoxSecret)
	if err != nil {
		panic(err) // the test's own mistake
	}
	for name, value := range signed {
		r.Header.Set(name, value)
	}
	if change != nil {
		change(r)
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	return recorder
}

func recordedOf(t *testing.T, w *flowtest.World, typ string) (n int) {
	t.Helper()
	for e, err := range w.System().Log(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == typ {
			n++
		}
	}
	return n
}

func TestP12WebhookIsAuthenticAndCountsOnce(t *testing.T) {
	t.Parallel()
	h, w := fuseBox(t, webhook.Text(fuseBoxSecret))
	const body = `{"light":"a"}`
	first := tell(h, w, "msg_1", body, nil)
	if first.Code != http.StatusCreated {
		t.Fatalf("%d %s", first.Code, first.Body)
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if again := tell(h, w, "msg_1", body, nil); again.Code != http.StatusOK || again.Header().Get(edge.ReplayedHeader) != "true" || !bytes.Equal(again.Body.Bytes(), first.Body.Bytes()) {
				t.Errorf("again: %d %s", again.Code, again.Body)
			}
		})
	}
	group.Wait()
	w.Clock().Advance(100 * 24 * time.Hour) // signed anew, long after
	if again := tell(h, w, "msg_1", body, nil); again.Code != http.StatusOK {
		t.Errorf("after a hundred days: %d %s", again.Code, again.Body)
	}
	if n := recordedOf(t, w, "light.switched_off"); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	h, w := fuseBox(t, webhook.Text(fuseBoxSecret))
	tell(h, w, "msg_0", `{"light":"b"}`, nil)
	for name, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
		kind   string
	}{
		"no signature":    {`{"light":"a"}`, func(r *http.Request) { r.Header.Del("Webhook-Signature") }, 401, "forged"},
		"wrong signature": {`{"light":"a"}`, func(r *http.Request) { r.Header.Set("Webhook-Signature", "v1,AAAA") }, 401, "forged"},
		"too old":         {`{"light":"a"}`, func(r *http.Request) { r.Header.Set("Webhook-Timestamp", "1") }, 401, "forged"},
		"unknown":         {`{"light":"a"}`, func(r *http.Request) { r.URL.Path = "/webhooks/nobody" }, 404, "unknown-webhook"},
		"bad body":        {`{}`, nil, 422, "invalid"},
		"too large":       {strings.Repeat("x", flow.MaxCommandBytes+1), nil, 413, "too-large"},
		"empty":           {``, nil, 400, "not-json"},
		"get":             {`x`, func(r *http.Request) { r.Method = http.MethodGet }, 405, "method-not-allowed"},
		"parameter":       {`{"light":"a"}`, func(r *http.Request) { r.URL.RawQuery = "x=1" }, 400, "bad-parameter"},
	} {
		answer := tell(h, w, "msg_"+strings.ReplaceAll(name, " ", "_"), c.body, c.change)
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.kind) || !strings.Contains(answer.Header().Get("Content-Type"), "problem+json") {
			t.Errorf("%s: %d %s, want %d %s", name, answer.Code, answer.Body, c.status, c.kind)
		}
	}
	if again := tell(h, w, "msg_0", `{"light":"c"}`, nil); again.Code != http.StatusUnprocessableEntity {
		t.Errorf("another body: %d %s", again.Code, again.Body)
	}
	if n := recordedOf(t, w, "light.switched_off"); n != 1 {
		t.Errorf("recorded %d", n)
	}
}

// Without its secret a webhook believes nobody, and lets the sender try again.
func TestWebhookWithoutASecret(t *testing.T) {
	t.Parallel()
	h, w := fuseBox(t, webhook.Env("ONEVENT_TEST_NO_SUCH_SECRET"))
	if answer := tell(h, w, "msg_1", `{"light":"a"}`, nil); answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
