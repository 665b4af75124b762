package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow/clock"
)

// Who is treated differently.
const (
	closedRestaurant = "closed-kitchen" // rejects every ticket
	asleepRestaurant = "sleepy-kitchen" // answers no ticket
	poorConsumer     = "poor-paula"     // has a credit limit of one euro
	openRestaurants  = 5
	usualConsumers   = 20

	poorLimit  = 100           // cents
	usualLimit = 1_000_000_000 // cents; what was captured counts against it for ever
)

// Customers register and place orders.
type customers struct {
	commands outside.Commander
	placed   atomic.Int64
}

func newCustomers(edgeURL string) *customers {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}}
	return &customers{commands: outside.Commander{URL: edgeURL, Client: client, Actor: "customer"}}
}

func consumerOf(i int) string   { return fmt.Sprintf("consumer-%02d", i%usualConsumers) }
func restaurantOf(i int) string { return fmt.Sprintf("trattoria-%d", i%openRestaurants) }

// register registers all consumers and sets their limits.
func (c *customers) register(ctx context.Context) error {
	names := []string{poorConsumer}
	for i := range usualConsumers {
		names = append(names, consumerOf(i))
	}
	for _, name := range names {
		fields := map[string]any{"consumer": name, "name": name}
		if err := c.must(ctx, "consumer.register", "register-"+name, fields); err != nil {
			return err
		}
	}
	for _, name := range names {
		limit := usualLimit
		if name == poorConsumer {
			limit = poorLimit
		}
		if err := c.setLimit(ctx, name, limit); err != nil {
			return err
		}
	}
	return nil
}

// setLimit sets a limit as soon as the account is open, which follows from the
// registration.
func (c *customers) setLimit(ctx context.Context, name string, limit int) error {
	for {
		status, err := c.commands.Send(ctx, "credit.set_limit", "limit-"+name, map[string]any{"account": name, "limit": limit})
		if err != nil || status < http.StatusBadRequest {
			return err
		}
		if status != http.StatusConflict {
			return fmt.Errorf("credit.set_limit of %s: the system answers %d", name, status)
		}
		if err := clock.Sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func (c *customers) must(ctx context.Context, command, key string, fields map[string]any) error {
	status, err := c.commands.Send(ctx, command, key, fields)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("%s: the system answers %d", command, status)
	}
	return err
}

// place places the i-th order. Of ten orders one is over its consumer's limit, one
// is rejected by its restaurant, one is not answered in time, one is cancelled
// at once, and one can't be charged.
func (c *customers) place(ctx context.Context, i int) error {
	order := fmt.Sprintf("o-%06d", i)
	fields := map[string]any{
		"order": order, "consumer": consumerOf(i), "restaurant": restaurantOf(i),
		"items": []map[string]any{item("pizza margherita", 1+i%3, 950), item("water", 1, 250)},
	}
	switch i % 10 {
	case 1:
		fields["consumer"] = poorConsumer
	case 3:
		fields["restaurant"] = closedRestaurant
	case 5:
		fields["restaurant"] = asleepRestaurant
	case 9:
		fields["items"] = []map[string]any{item("tiramisu", 1, 1000+outside.DeclinedCents)}
	}
	if err := c.must(ctx, "order.place", "place-"+order, fields); err != nil {
		return err
	}
	c.placed.Add(1)
	if i%10 != 7 {
		return nil
	}
	// It may be refused when the order has ended already, which is fine too.
	_, err := c.commands.Send(ctx, "order.cancel", "cancel-"+order, map[string]any{"order": order})
	return err
}

func item(name string, quantity, price int) map[string]any {
	return map[string]any{"name": name, "quantity": quantity, "price": price}
}

// placers is how many customers order at once.
const placers = 16

// placeMany places orders with the numbers first to first+n-1, and returns the
// first error.
func (c *customers) placeMany(ctx context.Context, first, n int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	numbers := make(chan int)
	var group sync.WaitGroup
	for range placers {
		group.Go(func() {
			for i := range numbers {
				if err := c.place(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := first; i < first+n && ctx.Err() == nil; i++ {
		numbers <- i
	}
	close(numbers)
	group.Wait()
	return context.Cause(ctx)
}
