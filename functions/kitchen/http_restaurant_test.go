package kitchen_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/kitchen"
)

// notifying returns the effect "notify-restaurant" with a restaurant.
func notifying(t *testing.T, r kitchen.Restaurant) flow.Function {
	t.Helper()
	for _, f := range kitchen.Functions(within, r) {
		if f.Name() == "notify-restaurant" {
			return f
		}
	}
	t.Fatal("there is no notify-restaurant")
	return flow.Function{}
}

func served(t *testing.T, handle http.HandlerFunc) kitchen.HTTPRestaurant {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return kitchen.HTTPRestaurant{URL: server.URL}
}

func TestNotifyRestaurantPostsTheTicket(t *testing.T) {
	t.Parallel()
	type request struct{ path, key, body string }
	got := make(chan request, 1)
	r := served(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- request{r.Method + " " + r.URL.Path, r.Header.Get("Idempotency-Key"), string(body)}
		w.WriteHeader(http.StatusAccepted)
	})
	flowtest.Effect(t, notifying(t, r)).When(created()).Then(restaurant.Notified{Ticket: "1", Restaurant: "roma"})
	want := request{
		"POST /tickets", flowtest.EffectKey,
		`{"ticket":"1","restaurant":"roma","items":[{"name":"soup","quantity":2}]}`,
	}
	if r := <-got; r != want {
		t.Fatalf("the restaurant saw %+v, want %+v", r, want)
	}
}

func TestNotifyRestaurantThatDeclines(t *testing.T) {
	t.Parallel()
	r := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		_, _ = io.WriteString(w, `{"reason":"closed"}`)
	})
	flowtest.Effect(t, notifying(t, r)).When(created()).
		Then(restaurant.Declined{Ticket: "1", Restaurant: "roma", Reason: "closed"})
}

func TestNotifyRestaurantThatFails(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{500: "post /tickets: status 500", 404: "rejected: post /tickets: status 404"} {
		r := served(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		flowtest.Effect(t, notifying(t, r)).When(created()).ThenError(want)
	}
}

func TestNotifyRestaurantThatIsSlow(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	r := served(t, func(http.ResponseWriter, *http.Request) { <-done })
	t.Cleanup(func() { close(done) })
	r.Client = &http.Client{Timeout: 20 * time.Millisecond}
	flowtest.Effect(t, notifying(t, r)).When(created()).ThenError("post /tickets: ")
}

func TestNotifyNobody(t *testing.T) {
	t.Parallel()
	flowtest.Effect(t, notifying(t, nil)).When(created()).ThenError("nobody to tell")
}
