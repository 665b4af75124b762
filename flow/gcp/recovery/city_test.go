package recovery_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/outside"
)

// A city is the world outside: a restaurant that takes every ticket, couriers, and
// a payment provider that counts.
type city struct {
	ctx         context.Context
	commands    outside.Commander
	restaurants *httptest.Server
	payments    *httptest.Server

	mu      sync.Mutex
	seen    map[string]bool // tickets
	charges map[string]bool // idempotency keys
	work    sync.WaitGroup
}

// newCity opens a city that sends its commands to an edge.
func newCity(t *testing.T, edge string) *city {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &city{
		ctx: ctx, seen: map[string]bool{}, charges: map[string]bool{},
		commands: outside.Commander{URL: edge, Actor: "city"},
	}
	c.restaurants = httptest.NewServer(http.HandlerFunc(c.takeTicket))
	c.payments = httptest.NewServer(c.counting(outside.NewPayments(silent(), outside.NewBehaviours(), outside.Teller{}).Handler()))
	t.Cleanup(func() {
		cancel()
		c.restaurants.Close()
		c.payments.Close()
		c.work.Wait()
	})
	return c
}

// silent returns the opening hours of a provider that tells nothing.
func silent() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// takeTicket takes a ticket, and has all that a restaurant and a courier do for it
// done, once.
func (c *city) takeTicket(w http.ResponseWriter, r *http.Request) {
	var ticket struct{ Ticket string }
	if json.NewDecoder(r.Body).Decode(&ticket) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	if !c.seen[ticket.Ticket] {
		c.seen[ticket.Ticket] = true
		c.work.Go(func() { c.deliver(ticket.Ticket) })
	}
	c.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// deliver sends the commands that bring an order to its end, each until it is
// taken: what must come before it may still be on its way.
func (c *city) deliver(id string) {
	for _, command := range [][2]string{
		{"ticket.accept", "ticket"}, {"ticket.finish", "ticket"}, {"delivery.pick_up", "delivery"}, {"delivery.deliver", "delivery"},
	} {
		for c.ctx.Err() == nil {
			status, err := c.commands.Send(c.ctx, command[0], command[0]+"-"+id, map[string]any{command[1]: id})
			if err == nil && status < http.StatusBadRequest {
				break
			}
			select {
			case <-c.ctx.Done():
			case <-time.After(200 * time.Millisecond):
			}
		}
	}
}

// counting notes the keys with which payments are charged.
func (c *city) counting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/charges" {
			c.mu.Lock()
			c.charges[r.Header.Get("Idempotency-Key")] = true
			c.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// charged returns how many charges there were.
func (c *city) charged() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.charges)
}
