package infra_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow/aws/lambda"
)

// townSecret is what those in a town sign webhooks with.
const townSecret = "whsec_b25ldmVudCBzZWNyZXQgb2YgYSB0b3duIG9mIHRlc3RzIQ=="

// A town is the world outside: restaurants and a payment provider. They are there
// before the system is, since it is told their addresses.
type town struct {
	// edge is where the system can be reached, once it is there.
	edge atomic.Pointer[lambda.URL]

	url, restaurants, payments string
}

func newTown(t *testing.T) *town {
	t.Helper()
	town := &town{}
	serve := func(h http.Handler) string {
		server := httptest.NewServer(h)
		t.Cleanup(server.Close)
		return server.URL
	}
	town.url = serve(http.HandlerFunc(town.door))
	ctx, cancel := context.WithCancel(t.Context())
	teller := func(source string) outside.Teller {
		return outside.Teller{URL: town.url + "/webhooks/" + source, Secret: townSecret}
	}
	restaurants := outside.NewRestaurants(ctx, outside.NewBehaviours(), teller("till"), 0)
	payments := outside.NewPayments(ctx, outside.NewBehaviours(), teller("payments"))
	t.Cleanup(func() {
		cancel()
		restaurants.Wait()
		payments.Wait()
	})
	town.restaurants, town.payments = serve(restaurants.Handler()), serve(payments.Handler())
	return town
}

// door is the function URL of the edge, which has its address before there is an edge.
func (town *town) door(w http.ResponseWriter, r *http.Request) {
	edge := town.edge.Load()
	if edge == nil {
		http.Error(w, "nothing is deployed", http.StatusServiceUnavailable)
		return
	}
	edge.ServeHTTP(w, r)
}

// settings returns what the system is told of the town, as a variable of Terraform.
func (town *town) settings(t *testing.T) string {
	t.Helper()
	data, err := json.Marshal(map[string]string{
		"RESTAURANT_URL": town.restaurants, "PAYMENTS_URL": town.payments, "PUBLIC_URL": town.url,
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
