package billing_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/billing"
)

func refundDue() order.Event { return order.RefundDue{Order: "1", Charge: "ch_1", Amount: 1000} }

// effect returns an effect of billing with a payment provider.
func effect(t *testing.T, name string, p billing.Payments) flow.Function {
	t.Helper()
	for _, f := range billing.Functions(p) {
		if f.Name() == name {
			return f
		}
	}
	t.Fatalf("there is no %s", name)
	return flow.Function{}
}

func served(t *testing.T, handle http.HandlerFunc) billing.HTTPPayments {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return billing.HTTPPayments{URL: server.URL}
}

func answering(t *testing.T, status int, body string) billing.HTTPPayments {
	t.Helper()
	return served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func TestChargesAndRefundsArePosted(t *testing.T) {
	t.Parallel()
	type request struct{ path, key, body string }
	got := make(chan request, 2)
	p := served(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- request{r.Method + " " + r.URL.Path, r.Header.Get("Idempotency-Key"), string(body)}
		_, _ = io.WriteString(w, `{"charge":"ch_1","refund":"re_1"}`)
	})
	flowtest.Effect(t, effect(t, "charge-card", p)).When(requested()).Then(captured())
	flowtest.Effect(t, effect(t, "refund-card", p)).When(refundDue()).Then(refunded())
	for _, want := range []request{
		{"POST /charges", flowtest.EffectKey, `{"payment":"1","order":"1","amount":1000}`},
		{"POST /refunds", flowtest.EffectKey, `{"payment":"1","charge":"ch_1","amount":1000}`},
	} {
		if r := <-got; r != want {
			t.Errorf("the provider saw %+v, want %+v", r, want)
		}
	}
}

func TestACardThatIsDeclinedIsAnEvent(t *testing.T) {
	t.Parallel()
	for _, status := range []int{402, 409} {
		p := answering(t, status, `{"reason":"no money"}`)
		flowtest.Effect(t, effect(t, "charge-card", p)).When(requested()).Then(failed("no money"))
	}
}

func TestARefundThatIsDeclinedIsParked(t *testing.T) {
	t.Parallel()
	p := answering(t, 402, `{"reason":"too late"}`)
	flowtest.Effect(t, effect(t, "refund-card", p)).When(refundDue()).
		ThenError("rejected: billing: refund of ch_1 declined: too late")
}

func TestWhenTheProviderGivesNoAnswerThereIsNoOutcome(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		body, want string
	}{
		"it fails":                  {500, ``, "status 500"},
		"it is overloaded":          {503, ``, "status 503"},
		"it does not understand":    {422, ``, "rejected: post /"},
		"it answers something else": {200, `OK`, "answer: "},
		"it answers without an ID":  {200, `{}`, "names nothing that it did"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := answering(t, c.status, c.body)
			flowtest.Effect(t, effect(t, "charge-card", p)).When(requested()).ThenError(c.want)
			flowtest.Effect(t, effect(t, "refund-card", p)).When(refundDue()).ThenError(c.want)
		})
	}
}

func TestASlowProviderIsGivenUpOn(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	p := served(t, func(http.ResponseWriter, *http.Request) { <-done })
	t.Cleanup(func() { close(done) })
	p.Client = &http.Client{Timeout: 20 * time.Millisecond}
	flowtest.Effect(t, effect(t, "charge-card", p)).When(requested()).ThenError("post /charges: ")
}

func TestWithoutAProviderNothingIsPaid(t *testing.T) {
	t.Parallel()
	flowtest.Effect(t, effect(t, "charge-card", nil)).When(requested()).ThenError("no payment provider is set up")
	flowtest.Effect(t, effect(t, "refund-card", nil)).When(refundDue()).ThenError("no payment provider is set up")
}
