package out_test

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
)

func TestEachEventIsPostedSigned(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a, b := newReceiver(t, r), newReceiver(t, r)
	r.must("out_test.happen", Happen{"before"}) // nobody wants it yet
	r.register("a", a.URL+"/x?y=z")
	r.register("b", b.URL)
	r.must("out_test.happen", Happen{"1"})
	r.must("out_test.happen", Happen{"2"})
	for id, v := range map[string]*receiver{"a": a, "b": b} {
		got := v.requests()
		if len(got) != 2 {
			t.Fatalf("%s got %d events, want 2", id, len(got))
		}
		secrets, err := r.service.Secrets(t.Context(), id)
		if err != nil || len(secrets) != 1 {
			t.Fatalf("%q, %v", secrets, err)
		}
		library, err := standardwebhooks.NewWebhook(secrets[0])
		if err != nil {
			t.Fatal(err)
		}
		for i, in := range got {
			message, err := webhook.Standard(webhook.Text(secrets[0])).Verify(in, r.clock.Now())
			if err := errors.Join(err, library.VerifyIgnoringTimestamp(in.Body, in.Header)); err != nil {
				t.Fatal(err)
			}
			var e event.Event
			if err := errors.Join(json.Unmarshal(in.Body, &e), e.Validate()); err != nil {
				t.Fatal(err)
			}
			if want := []string{`{"Thing":"1"}`, `{"Thing":"2"}`}[i]; string(e.Data()) != want || e.ID() != message || e.Type() != "out_test.happened" ||
				!strings.HasPrefix(e.Source(), "https://onevent.example/streams/out_test/") {
				t.Fatalf("%s", in.Body)
			}
			if http.Header(in.Header).Get("Content-Type") != "application/cloudevents+json" {
				t.Fatalf("%v", in.Header)
			}
		}
	}
	if got := r.story("posting"); got != "due due delivered delivered due due delivered delivered" {
		t.Fatal(got)
	}
}

func TestWhatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	v.set(http.StatusServiceUnavailable)
	r.register("a", v.URL)
	r.must("out_test.happen", Happen{"1"})
	start := r.clock.Now()
	r.wait(3*time.Hour, time.Second*10)
	v.set(http.StatusOK)
	r.wait(6*time.Hour, time.Minute)
	want := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour}
	if len(v.at) != len(want) {
		t.Fatalf("%d attempts, want %d: %v", len(v.at), len(want), v.at)
	}
	last := start
	for i, at := range v.at {
		if pause := at.Sub(last); pause < want[i] || pause > want[i]*11/10+time.Minute {
			t.Errorf("attempt %d came after %v, want %v", i+1, pause, want[i])
		}
		last = at
	}
	if got := r.story("posting"); !strings.HasSuffix(got, "failed due delivered") || strings.Count(got, "failed") != 5 {
		t.Fatal(got)
	}
	ids := map[string]bool{}
	for _, in := range v.requests() {
		ids[http.Header(in.Header).Get(webhook.IDHeader)] = true
	}
	if len(ids) != 1 {
		t.Fatalf("the attempts have the identities %v", ids)
	}
}

func TestADeadHookIsDisabledAndWhatItMissedCanBeRedriven(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	v.set(http.StatusInternalServerError)
	r.register("a", v.URL)
	r.must("out_test.happen", Happen{"1"})
	start := r.clock.Now()
	r.wait(3*24*time.Hour, time.Hour)
	if s := r.summary("a"); s.Status != "enabled" {
		t.Fatalf("after %v: %+v", r.clock.Now().Sub(start), s)
	}
	r.wait(24*time.Hour, time.Hour)
	if s := r.summary("a"); s.Status != "disabled" || !strings.Contains(s.Reason, "status 500") {
		t.Fatalf("%+v", s)
	}
	if got := r.story("hook"); got != "registered subscribed unreachable disabled unsubscribed" {
		t.Fatal(got)
	}
	parked, ids := r.parked()
	if len(parked) != 1 || !strings.Contains(parked[0], "post-abandoned: rejected: out: hook a did not take the event: status 500") {
		t.Fatalf("%q", parked)
	}
	before := len(v.requests())
	r.must("out_test.happen", Happen{"2"})
	if len(v.requests()) != before {
		t.Fatal("it was called after it was disabled")
	}
	if _, err := r.system.Redrive(t.Context(), ids[0]); err == nil {
		t.Fatal("redriven to a hook that is disabled")
	}
	v.set(http.StatusOK)
	r.must("hook.enable", hook.Enable{Hook: "a"})
	if _, err := r.system.Redrive(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	r.must("out_test.happen", Happen{"3"})
	if got := v.requests()[before:]; len(got) != 2 || !strings.Contains(string(got[0].Body), `{"Thing":"1"}`) || !strings.Contains(string(got[1].Body), `{"Thing":"3"}`) {
		t.Fatalf("%d requests", len(got))
	}
}

// A hook that refuses one event, and takes all others, stays.
func TestAnEventThatAHookDoesNotLikeDoesNotDisableIt(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	v.answer = func(w http.ResponseWriter, body string) {
		if strings.Contains(body, "poison") {
			w.WriteHeader(http.StatusBadRequest)
		}
	}
	r.register("a", v.URL)
	r.must("out_test.happen", Happen{"poison"})
	r.must("out_test.happen", Happen{"fine"})
	r.wait(5*24*time.Hour, time.Hour)
	if s := r.summary("a"); s.Status != "enabled" || s.Pinged != "ok" {
		t.Fatalf("%+v", s)
	}
	if parked, _ := r.parked(); len(parked) != 1 {
		t.Fatalf("%q", parked)
	}
	if paused, err := r.system.Paused(t.Context()); err != nil || len(paused) != 0 {
		t.Fatalf("%v, %v", paused, err)
	}
}

func TestAHookThatIsGoneIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	v.set(http.StatusGone)
	r.register("a", v.URL)
	r.must("out_test.happen", Happen{"1"})
	if s := r.summary("a"); s.Status != "disabled" {
		t.Fatalf("%+v", s)
	}
	if n := len(v.requests()); n > 3 {
		t.Fatalf("%d requests", n)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	v.answer = func(w http.ResponseWriter, _ string) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	r.register("a", v.URL)
	r.must("out_test.happen", Happen{"1"})
	r.wait(59*time.Minute, time.Minute)
	if n := len(v.requests()); n != 1 {
		t.Fatalf("%d requests within the hour", n)
	}
	r.wait(10*time.Minute, time.Minute)
	if n := len(v.requests()); n != 2 {
		t.Fatalf("%d requests after it", n)
	}
}

func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	r.register("a", v.URL)
	secrets := func() []string {
		t.Helper()
		s, err := r.service.Secrets(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	// signed says which secrets the last message is signed with.
	signed := func(of []string) (by []bool) {
		t.Helper()
		r.must("out_test.happen", Happen{"x"})
		got := v.requests()
		for _, s := range of {
			_, err := webhook.Standard(webhook.Text(s)).Verify(got[len(got)-1], r.clock.Now())
			by = append(by, err == nil)
		}
		return by
	}
	first := secrets()
	r.must("hook.rotate", hook.Rotate{Hook: "a"})
	both := secrets()
	if len(both) != 2 || both[1] != first[0] || !slices.Equal(signed(both), []bool{true, true}) {
		t.Fatalf("%q, then %q", first, both)
	}
	var refusal *flow.Refusal
	if err := r.send("hook.rotate", hook.Rotate{Hook: "a"}); !errors.As(err, &refusal) || refusal.Code != "rotation_under_way" {
		t.Fatal(err)
	}
	r.wait(hook.Overlap+time.Hour, time.Hour)
	if s := secrets(); len(s) != 1 || s[0] != both[0] || !slices.Equal(signed(both), []bool{true, false}) {
		t.Fatalf("after a day: %q", s)
	}
	r.must("hook.rotate", hook.Rotate{Hook: "a", Now: true})
	if s := secrets(); len(s) != 1 || slices.Contains(both, s[0]) || !slices.Equal(signed(both), []bool{false, false}) {
		t.Fatalf("at once: %q", s)
	}
	for e, err := range r.system.Log(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range append(secrets(), append(both, "whsec_", master)...) {
			if strings.Contains(string(e.Data), s) {
				t.Fatalf("the log holds a secret: %s", e.Data)
			}
		}
	}
}

func TestTheMasterSecretRotates(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("another ", 8)
	r := newRig(t, func(o *out.Options) { o.Masters = []webhook.Secret{webhook.Text(other), webhook.Text(master)} })
	old := newRig(t, nil)
	for _, one := range []*rig{r, old} {
		one.register("a", newReceiver(t, one).URL)
		one.register("b", newReceiver(t, one).URL)
	}
	now, err := r.service.Secrets(t.Context(), "a")
	before, errBefore := old.service.Secrets(t.Context(), "a")
	others, errOthers := old.service.Secrets(t.Context(), "b")
	if errors.Join(err, errBefore, errOthers) != nil || len(now) != 2 || now[1] != before[0] || before[0] == others[0] {
		t.Fatalf("%q, %q, %q", now, before, others)
	}
}

func TestWithoutAMasterSecretNothingIsPosted(t *testing.T) {
	t.Parallel()
	for _, masters := range [][]webhook.Secret{nil, {webhook.Text("short")}, {webhook.Env("ONEVENT_TEST_NO_SUCH_SECRET")}} {
		r := newRig(t, func(o *out.Options) { o.Masters = masters })
		v := newReceiver(t, r)
		r.register("a", v.URL)
		r.must("out_test.happen", Happen{"1"})
		if _, err := r.service.Secrets(t.Context(), "a"); !errors.Is(err, webhook.ErrSecrets) || len(v.requests()) != 0 {
			t.Fatalf("%v, %d requests", err, len(v.requests()))
		}
		if got := r.story("posting"); got != "due" { // and it is tried again
			t.Fatal(got)
		}
	}
}

// A name may stand for another address each time that it is looked up.
func TestPrivateAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *out.Options) { o.Public = public.Options{Resolver: &net.Resolver{}} })
	for _, url := range []string{"http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "ftp://x/", ""} {
		var invalid *flow.InvalidError
		err := r.send("hook.register", hook.Register{Hook: "a", URL: url, Types: []string{"out_test.happened"}})
		if !errors.As(err, &invalid) || invalid.Problems[0].Pointer != "/url" {
			t.Errorf("%s: %v", url, err)
		}
	}
	r.register("a", "https://localhost:8443/")
	r.must("out_test.happen", Happen{"1"})
	for e, err := range r.system.Log(t.Context(), 0, driver.Forever) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == "posting.failed" && strings.Contains(string(e.Data), "is not public") {
			return
		}
	}
	t.Fatal(r.story("posting"))
}

func TestPing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	v := newReceiver(t, r)
	r.register("a", v.URL)
	r.must("hook.ping", hook.Ping{Hook: "a"})
	if s := r.summary("a"); s.Pinged != "ok" {
		t.Fatalf("%+v", s)
	}
	var e event.Event
	if err := errors.Join(json.Unmarshal(v.requests()[0].Body, &e), e.Validate()); err != nil || e.Type() != "hook.ping" {
		t.Fatalf("%s, %v", e, err)
	}
	v.set(http.StatusTeapot)
	r.must("hook.ping", hook.Ping{Hook: "a"})
	if s := r.summary("a"); s.Pinged != "status 418" {
		t.Fatalf("%+v", s)
	}
	v.Close()
	r.must("hook.ping", hook.Ping{Hook: "a"})
	if s := r.summary("a"); !strings.Contains(s.Pinged, "refused") || s.Status != "enabled" || strings.Contains(s.Pinged, v.URL) {
		t.Fatalf("%+v", s)
	}
}

func TestASlowOrEndlessAnswerHoldsNothingUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *out.Options) { o.Timeout = 200 * time.Millisecond })
	done := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		for request.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(func() { close(done); slow.Close(); endless.Close() })
	r.register("slow", slow.URL)
	r.register("endless", endless.URL)
	r.must("out_test.happen", Happen{"1"})
	if got := strings.Fields(r.story("posting")); !slices.Contains(got, "failed") || !slices.Contains(got, "delivered") {
		t.Fatal(got)
	}
}

func TestTheSecretsAreServed(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.register("a", newReceiver(t, r).URL)
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		r.service.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	want, err := r.service.Secrets(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if status, body := get("/hooks/a/secrets"); status != http.StatusOK || body != `{"secrets":["`+want[0]+`"]}`+"\n" {
		t.Fatalf("%d %s", status, body)
	}
	if status, _ := get("/hooks/b/secrets"); status != http.StatusNotFound {
		t.Fatalf("%d", status)
	}
	if _, err := out.New(out.Options{}).Secrets(t.Context(), "a"); err == nil {
		t.Fatal("a service that is connected to nothing has secrets")
	}
}
