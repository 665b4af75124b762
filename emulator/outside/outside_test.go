package outside_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

// A system is a fake of the HTTP edge that records commands.
type system struct {
	*httptest.Server

	mu       sync.Mutex
	commands []string
	answer   func(n int) int // the status of the n-th request, from 1
}

func newSystem(t *testing.T) *system {
	t.Helper()
	s := &system{answer: func(int) int { return http.StatusCreated }}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.commands = append(s.commands, strings.TrimPrefix(r.URL.Path, "/commands/")+" "+string(body)+" "+r.Header.Get("Idempotency-Key")+s.verified(r, body))
		w.WriteHeader(s.answer(len(s.commands)))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *system) by(actor string) outside.Commander {
	return outside.Commander{URL: s.URL, Actor: actor, Client: s.Client()}
}

const tillSecret = "whsec_b25ldmVudC10ZXN0LXNlY3JldC1vZi1ob29rcw=="

func (s *system) till() outside.Teller {
	return outside.Teller{URL: s.URL + "/webhooks/till", Client: s.Client(), Secret: tillSecret}
}

// verified returns the identity of a webhook; none for what is not signed.
func (*system) verified(r *http.Request, body []byte) string {
	if !strings.HasPrefix(r.URL.Path, "/webhooks/") {
		return ""
	}
	id, err := webhook.Standard(webhook.Text(tillSecret)).Verify(flow.Incoming{Header: r.Header, Body: body}, time.Now())
	if err != nil {
		return err.Error()
	}
	return id
}

// await returns the commands as soon as there are n.
func (s *system) await(t *testing.T, n int) []string {
	t.Helper()
	for range 1000 {
		s.mu.Lock()
		commands := slices.Clone(s.commands)
		s.mu.Unlock()
		if len(commands) >= n {
			return commands
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%d commands, want %d", len(s.commands), n)
	return nil
}

// closed returns the opening hours of a provider that tells nothing.
func closed(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func request(t *testing.T, handler http.Handler, method, path, key, body string) (status int, answer string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestPaymentsChargeOncePerKey(t *testing.T) {
	t.Parallel()
	handler := outside.NewPayments(closed(t), outside.NewBehaviours(), outside.Teller{}).Handler()
	body := `{"payment":"o1","order":"o1","amount":1900}`
	status, first := request(t, handler, http.MethodPost, "/charges", "k1", body)
	_, again := request(t, handler, http.MethodPost, "/charges", "k1", body)
	_, other := request(t, handler, http.MethodPost, "/charges", "k2", body)
	if status != http.StatusOK || first != again || first == other || !strings.Contains(first, `"charge":"ch_`) {
		t.Fatalf("%d: %s, %s, %s", status, first, again, other)
	}
}

func TestPaymentsRefuse(t *testing.T) {
	t.Parallel()
	handler := outside.NewPayments(closed(t), outside.NewBehaviours(), outside.Teller{}).Handler()
	for name, c := range map[string]struct {
		path, key, body string
		want            int
	}{
		"an amount that is always declined": {"/charges", "k", `{"payment":"o1","amount":1013}`, http.StatusPaymentRequired},
		"no key":                            {"/charges", "", `{"payment":"o1","amount":1}`, http.StatusBadRequest},
		"no JSON":                           {"/charges", "k", `x`, http.StatusBadRequest},
		"no key for a refund":               {"/refunds", "", `{"charge":"c"}`, http.StatusBadRequest},
		"another path":                      {"/elsewhere", "k", `{}`, http.StatusNotFound},
	} {
		if status, answer := request(t, handler, http.MethodPost, c.path, c.key, c.body); status != c.want {
			t.Errorf("%s: %d %s, want %d", name, status, answer, c.want)
		}
	}
}

func TestBehavioursAreSetByHTTP(t *testing.T) {
	t.Parallel()
	handler := outside.NewPayments(closed(t), outside.NewBehaviours(), outside.Teller{}).Handler()
	if status, answer := request(t, handler, http.MethodPut, "/behaviours/o1", "", `{"refuse":true,"delay":"1ms"}`); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, answer)
	}
	if status, _ := request(t, handler, http.MethodPost, "/charges", "k", `{"payment":"o1","amount":1}`); status != http.StatusPaymentRequired {
		t.Errorf("o1 is answered %d", status)
	}
	if status, _ := request(t, handler, http.MethodPost, "/charges", "k", `{"payment":"o2","amount":1}`); status != http.StatusOK {
		t.Errorf("o2 is answered %d", status)
	}
	request(t, handler, http.MethodPut, "/behaviours/*", "", `{"fail":1}`)
	if status, _ := request(t, handler, http.MethodPost, "/charges", "k", `{"payment":"o2","amount":1}`); status < http.StatusInternalServerError {
		t.Errorf("o2 is answered %d", status)
	}
	request(t, handler, http.MethodPut, "/behaviours/o2", "", `{"gone":true}`)
	if status, _ := request(t, handler, http.MethodPost, "/charges", "k", `{"payment":"o2","amount":1}`); status != http.StatusNotFound {
		t.Errorf("o2 is answered %d", status)
	}
	for _, bad := range []string{`{"fail":2}`, `{"fail":-1}`, `{"delay":"soon"}`, `x`} {
		if status, _ := request(t, handler, http.MethodPut, "/behaviours/o1", "", bad); status < 400 || status >= 500 {
			t.Errorf("%s is answered %d", bad, status)
		}
	}
}

func TestRestaurantsAnswerAsTheyBehave(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	behaviours := outside.NewBehaviours()
	behaviours.Set("closed", outside.Behaviour{Refuse: true})
	behaviours.Set("asleep", outside.Behaviour{Ignore: true})
	ctx, cancel := context.WithCancel(t.Context())
	r := outside.NewRestaurants(ctx, behaviours, s.till(), time.Millisecond)
	for _, body := range []string{
		`{"ticket":"t1","restaurant":"open"}`, `{"ticket":"t1","restaurant":"open"}`,
		`{"ticket":"t2","restaurant":"closed"}`, `{"ticket":"t3","restaurant":"asleep"}`,
	} {
		if status, answer := request(t, r.Handler(), http.MethodPost, "/tickets", "k", body); status != http.StatusAccepted {
			t.Fatalf("%d %s", status, answer)
		}
	}
	s.await(t, 3)
	cancel()
	r.Wait()
	got := s.await(t, 3)
	slices.Sort(got)
	want := []string{
		`/webhooks/till {"reason":"closed is closed","ticket":"t2","type":"ticket.rejected"} reject-t2`,
		`/webhooks/till {"ticket":"t1","type":"ticket.accepted"} accept-t1`,
		`/webhooks/till {"ticket":"t1","type":"ticket.ready"} finish-t1`,
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
}

func TestCouriersRideOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ctx, cancel := context.WithCancel(t.Context())
	c := outside.NewCouriers(ctx, s.by("courier"), time.Millisecond)
	c.Dispatch("d1")
	c.Dispatch("d1")
	s.await(t, 2)
	cancel()
	c.Wait()
	want := []string{`delivery.pick_up {"delivery":"d1"} delivery.pick_up-d1`, `delivery.deliver {"delivery":"d1"} delivery.deliver-d1`}
	if got := s.await(t, 2); !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
}

func TestCommanderTriesAgainWithTheSameKey(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.answer = func(n int) int {
		if n < 3 {
			return http.StatusServiceUnavailable
		}
		return http.StatusConflict
	}
	status, err := s.by("x").Send(t.Context(), "order.place", "k", map[string]any{"order": "o1"})
	got := s.await(t, 3)
	if err != nil || status != http.StatusConflict || len(got) != 3 || got[0] != got[2] {
		t.Fatalf("%d %v: %q", status, err, got)
	}
}

func TestChargesAreToldOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ctx, cancel := context.WithCancel(t.Context())
	p := outside.NewPayments(ctx, outside.NewBehaviours(), s.till())
	for range 3 {
		if status, answer := request(t, p.Handler(), http.MethodPost, "/charges", "k", `{"payment":"o1","amount":1900}`); status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
	}
	s.await(t, 1)
	cancel()
	p.Wait()
	got := s.await(t, 1)
	const charge = "ch_8254c329a92850f6"
	want := `/webhooks/till {"amount":1900,"charge":"` + charge + `","payment":"o1","type":"charge.settled"} settled-` + charge
	if len(got) != 1 || got[0] != want {
		t.Fatalf("%q, want %q", got, want)
	}
}
