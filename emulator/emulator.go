package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/kitchen"
)

// An emulator is a running system with the world around it.
type emulator struct {
	options options
	system  *flow.System
	place   place
	city    *city
	orders  *orders
	url     string
	out     *os.File
	errOut  *os.File
	chaos   *chaos.Chaos
}

// assemble makes the system of the application, the platform and the city, and
// subscribes the functions.
func (e *emulator) assemble(ctx context.Context) error {
	app := functions.App(functions.Settings{
		AcceptWithin: acceptWithin(e.options), CompleteWithin: completeWithin(e.options),
		Restaurant: kitchen.HTTPRestaurant{URL: e.city.restaurantURL},
		Payments:   billing.HTTPPayments{URL: e.city.paymentsURL},
	})
	observers := []observer{e.orders, e.city, act{e.city}}
	if e.options.demo || e.options.verbose {
		observers = append(observers, newNarrator(e.out, isTerminal(e.out)))
	}
	var err error
	if e.system, err = flow.New(app, e.place.platform, watch(observers...)); err != nil {
		return err
	}
	return e.place.declare(ctx, e.system)
}

func (e *emulator) greet(after time.Duration) {
	fmt.Fprintf(e.errOut, "onevent emulator: %s (ready in %d ms, platform %s)\n", e.url, after.Milliseconds(), e.place.name)
	fmt.Fprintf(e.errOut, "restaurants: %s, payments: %s (PUT /behaviours/{name})\n", e.city.restaurantURL, e.city.paymentsURL)
}

// resume takes up what was left when the emulator stopped: the system by itself,
// the city by reading the log.
func (e *emulator) resume(ctx context.Context) error {
	if err := catchUp(ctx, e.system, e.orders, e.city); err != nil {
		return err
	}
	if all, open := e.orders.count(); all > 0 {
		fmt.Fprintf(e.errOut, "%d orders are in the log, %d of them open\n", all, open)
	}
	e.city.resume()
	return nil
}

// run serves until ctx ends, or what the options ask for is done. It stops from
// the outside in: people, then the edge, then what carries messages.
func (e *emulator) run(ctx context.Context, listener net.Listener, handler http.Handler) error {
	platformCtx, stopPlatform := context.WithCancel(context.WithoutCancel(ctx))
	edgeCtx, stopEdge := context.WithCancel(platformCtx)
	peopleCtx, stopPeople := context.WithCancel(ctx)
	defer stopPlatform()
	defer stopEdge()
	defer stopPeople()

	platform, served, lived := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() { platform <- e.place.run(platformCtx, e.system) }()
	go func() { served <- edge.Serve(edgeCtx, edge.Server("", handler), listener) }()
	go func() { lived <- e.live(peopleCtx) }()
	var err error
	select {
	case err = <-lived:
	case err = <-served:
		served <- nil
	case err = <-platform:
		platform <- nil
	}
	if errors.Is(err, context.Canceled) {
		err = nil // somebody asked to stop
	}
	stopPeople()
	e.city.cancel()
	stopEdge()
	err = errors.Join(err, <-served)
	stopPlatform()
	return errors.Join(err, <-platform)
}

// live is what happens in the emulator: nothing by itself, a demo, or a number of
// orders.
func (e *emulator) live(ctx context.Context) error {
	if err := e.resume(ctx); err != nil {
		return err
	}
	people := newCustomers(e.url)
	switch {
	case e.options.demo:
		return e.demo(ctx, people)
	case e.options.orders > 0:
		if err := e.placeOrders(ctx, people); err != nil || e.options.exit {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// demo keeps placing orders.
func (e *emulator) demo(ctx context.Context, people *customers) error {
	if err := people.register(ctx); err != nil {
		return err
	}
	first, _ := e.orders.count()
	for i := first; ; i++ {
		if err := people.place(ctx, i); err != nil {
			return err
		}
		if err := clock.Sleep(ctx, e.options.pace); err != nil {
			return err
		}
	}
}

// placeOrders places the orders, and with -exit waits for their end and reports.
func (e *emulator) placeOrders(ctx context.Context, people *customers) error {
	if err := people.register(ctx); err != nil {
		return err
	}
	since := driver.TimeOf(e.place.platform.Clock.Now())
	first, _ := e.orders.count()
	began := time.Now()
	if err := people.placeMany(ctx, first, e.options.orders); err != nil {
		return err
	}
	if !e.options.exit {
		return nil
	}
	progress := progressTo(e.errOut)
	found, err := awaitQuiet(ctx, e.system, e.orders, progress)
	endProgress(e.errOut, e.errOut)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e.chaos != nil {
		fmt.Fprintln(e.errOut, "chaos:", e.chaos)
	}
	fmt.Fprintf(e.errOut, "took %.1f s\n", time.Since(began).Seconds())
	return errors.Join(err, report(ctx, e.out, e.system, found, since))
}
