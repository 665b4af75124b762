package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/flow/version"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/kitchen"
)

// An emulator is a running system with the world around it.
type emulator struct {
	options options
	door    *door
	updates <-chan os.Signal // asks for an update
	out     *os.File
	errOut  *os.File

	// What follows is new each time that it opens.
	system *flow.System
	place  place
	city   *city
	orders *orders
	chaos  *chaos.Chaos
	// observers are told of what happens.
	observers []observer
}

// open opens the city and the place, and runs until ctx ends, what the options ask
// for is done, or somebody asks for an update. Then all is closed but the door.
func (e *emulator) open(ctx context.Context) (update bool, err error) {
	started := time.Now()
	log := slog.New(slog.NewTextHandler(e.errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if e.options.chaos {
		e.chaos = chaos.New(e.options.seed, chaos.Wild())
		log = slog.New(slog.DiscardHandler) // what chaos does is no news
	}
	reach, err := crashing(os.Getenv(crashVariable), reachOf(e.chaos))
	if err != nil {
		return false, err
	}
	if e.city, err = openCity(ctx, e.door.url, pacesOf(e.options)); err != nil {
		return false, err
	}
	defer e.city.close()
	switch e.options.platform {
	case "gcp":
		fmt.Fprintln(e.errOut, "starting Google's emulators, which takes some seconds …")
	case "aws":
		fmt.Fprintln(e.errOut, "building the program of Lambda and starting moto, which takes some seconds …")
	}
	if e.place, err = openPlace(ctx, e.options, e.world(), e.chaos, log); err != nil {
		return false, err
	}
	defer func() {
		if closeErr := e.place.close(); closeErr != nil {
			err = errors.Join(err, fmt.Errorf("close: %w", closeErr))
		}
	}()
	e.place.platform.Reach = reach
	e.orders = newOrders()
	hooks := newHooks(e.door.url)
	if err := e.assemble(ctx, hooks); err != nil {
		return false, err
	}
	mounts := mountsOf(e.system.App(), hooks)
	e.greet(time.Since(started))
	return e.run(ctx, edge.New(e.system, edge.Options{Log: log, Backlog: e.place.backlog, Mounts: mounts}))
}

// assemble makes the system of the application, the platform and the city, and
// subscribes the functions.
func (e *emulator) assemble(ctx context.Context, hooks *out.Service) error {
	app := functions.App(functions.Settings{
		AcceptWithin: acceptWithin(e.options), CompleteWithin: completeWithin(e.options),
		Restaurant:      kitchen.HTTPRestaurant{URL: e.city.restaurantURL},
		Payments:        billing.HTTPPayments{URL: e.city.paymentsURL},
		PaymentsSecrets: secrets(paymentsSecret), TillSecrets: secrets(tillSecret),
		Hooks:   hooks,
		Version: version.Current(),
		// No handling takes longer than 30 seconds, and there is one clock.
		Watch: flow.Watch{Grace: time.Minute},
	})
	e.observers = []observer{e.orders, e.city, act{e.city}}
	if e.options.demo || e.options.verbose {
		e.observers = append(e.observers, newNarrator(e.out, isTerminal(e.out)))
	}
	var err error
	if e.system, err = flow.New(app, e.place.platform, watch(e.observers...), intake.Check(app, schemas.Files)); err != nil {
		return err
	}
	hooks.Connect(e.system)
	return e.place.declare(ctx, e.system)
}

func (e *emulator) greet(after time.Duration) {
	fmt.Fprintf(e.errOut, "onevent emulator: %s (ready in %d ms, platform %s)\n", e.door.url, after.Milliseconds(), e.place.name)
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

// run serves until ctx ends, what the options ask for is done, or an update is
// asked for. It stops from the outside in: people, then the edge, then what
// carries messages. Before an update the edge comes last: so requests wait only
// while the program is replaced, and not for what a function does meanwhile.
func (e *emulator) run(ctx context.Context, handler http.Handler) (update bool, err error) {
	peopleCtx, stopPeople := context.WithCancel(ctx)
	defer stopPeople()
	platform := begin(ctx, func(ctx context.Context) error { return e.place.run(ctx, e.system, e.observers) })
	served := begin(ctx, func(ctx context.Context) error { return e.door.serve(ctx, handler) })
	lived := make(chan error, 1)
	go func() { lived <- e.live(peopleCtx) }()
	select {
	case err = <-lived:
	case <-served.done:
	case <-platform.done:
	case <-e.updates:
		update = true
		fmt.Fprintln(e.errOut, "emulator: update: finishing what is at work …")
	}
	if errors.Is(err, context.Canceled) {
		err = nil // somebody asked to stop
	}
	stopPeople()
	e.city.cancel()
	if update {
		return true, errors.Join(platform.end(), served.end())
	}
	e.door.abandon()
	return false, errors.Join(err, served.end(), platform.end())
}

// A task is something that works until it is ended.
type task struct {
	stop context.CancelFunc
	done chan struct{}
	err  error // once done is closed
}

// begin begins a task. It does not end with ctx.
func begin(ctx context.Context, work func(context.Context) error) *task {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	t := &task{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(t.done)
		t.err = work(ctx)
	}()
	return t
}

// end has a task finish, and returns its error.
func (t *task) end() error {
	t.stop()
	<-t.done
	return t.err
}

// live is what happens in the emulator: nothing by itself, a demo, or a number of
// orders.
func (e *emulator) live(ctx context.Context) error {
	if err := e.resume(ctx); err != nil {
		return err
	}
	people := newCustomers(e.door.url)
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
