package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow"
)

// A city is the world outside: its servers, and who moves in it.
type city struct {
	behaviours  *outside.Behaviours
	restaurants *outside.Restaurants
	payments    *outside.Payments
	couriers    *outside.Couriers
	// restaurantURL and paymentsURL are where its servers answer.
	restaurantURL string
	paymentsURL   string

	cancel  context.CancelFunc
	servers []*http.Server

	mu    sync.Mutex
	state map[string]step // open orders, by key
}

// A step is how far an open order has come, as the city sees it.
type step struct {
	restaurant string
	last       string // the latest event that the city acts on
}

// Paces are how long things take outside.
type paces struct{ cooking, riding time.Duration }

// openCity starts the servers on free ports. It lasts until ctx ends, and close.
func openCity(ctx context.Context, edgeURL string, p paces) (*city, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &city{behaviours: outside.NewBehaviours(), cancel: cancel, state: map[string]step{}}
	client := func() *http.Client {
		return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	}
	teller := func(source, secret string) outside.Teller {
		return outside.Teller{URL: edgeURL + "/webhooks/" + source, Client: client(), Secret: cmp.Or(os.Getenv(secret), developmentSecret)}
	}
	c.restaurants = outside.NewRestaurants(ctx, c.behaviours, teller("till", tillSecret), p.cooking)
	c.payments = outside.NewPayments(ctx, c.behaviours, teller("payments", paymentsSecret))
	c.couriers = outside.NewCouriers(ctx, outside.Commander{URL: edgeURL, Actor: "courier", Client: client()}, p.riding)
	var err error
	if c.restaurantURL, err = c.serve(ctx, c.restaurants.Handler()); err == nil {
		c.paymentsURL, err = c.serve(ctx, c.payments.Handler())
	}
	if err != nil {
		c.close()
		return nil, err
	}
	c.behaviours.Set(closedRestaurant, outside.Behaviour{Refuse: true})
	c.behaviours.Set(asleepRestaurant, outside.Behaviour{Ignore: true})
	return c, nil
}

func (c *city) serve(ctx context.Context, handler http.Handler) (url string, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("the world outside: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}
	c.servers = append(c.servers, server)
	go server.Serve(listener) //nolint:errcheck // it ends with close
	return "http://" + listener.Addr().String(), nil
}

// close stops the servers and everybody who moves.
func (c *city) close() {
	c.cancel()
	for _, s := range c.servers {
		_ = s.Close()
	}
	c.restaurants.Wait()
	c.payments.Wait()
	c.couriers.Wait()
}

// observe sends a courier when a delivery is dispatched, and remembers how far
// each open order has come.
func (c *city) observe(e flow.Recorded) {
	_, key, _ := strings.Cut(e.Stream, "/")
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.state[key]
	switch e.Type {
	case "order.created":
		s.restaurant = field(e, "restaurant")
	case "restaurant.notified", "ticket.accepted", "ticket.ready", "delivery.dispatched", "delivery.delivered":
		s.last = e.Type
	case "order.completed", "order.cancelled":
		delete(c.state, key)
		return
	default:
		return
	}
	c.state[key] = s
}

// act sends couriers to deliveries as they are dispatched. It is an observer of
// its own because what was dispatched before is taken up by resume.
type act struct{ city *city }

func (a act) observe(e flow.Recorded) {
	if e.Type == "delivery.dispatched" {
		_, key, _ := strings.Cut(e.Stream, "/")
		a.city.couriers.Dispatch(key)
	}
}

// resume takes up the orders that were left when the emulator stopped: the city
// had them in its head, and lost it.
func (c *city) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, s := range c.state {
		switch s.last {
		case "restaurant.notified":
			c.restaurants.Answer(key, s.restaurant)
		case "ticket.accepted":
			c.restaurants.Cook(key)
		case "delivery.dispatched":
			c.couriers.Dispatch(key)
		}
	}
}
