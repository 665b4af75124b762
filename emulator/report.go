package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/functions/audit"
)

// quietWithin is how long the last flows may take to end, and auditEvery how
// often the log is looked at meanwhile.
const (
	quietWithin = 5 * time.Minute
	auditEvery  = 300 * time.Millisecond
)

// awaitQuiet waits until every order has ended, nothing is in flight and every
// document is what the log says. It returns the last audit in any case.
func awaitQuiet(ctx context.Context, system *flow.System, orders *orders, progress func(string)) (flow.Audit, error) {
	ctx, cancel := context.WithTimeout(ctx, quietWithin)
	defer cancel()
	for {
		all, open := orders.count()
		progress(fmt.Sprintf("%d orders, %d open", all, open))
		if open == 0 {
			found, err := system.Audit(ctx)
			if err != nil || found.Quiet() {
				return found, err
			}
			progress(fmt.Sprintf("%d orders have ended, %d events in flight, %d documents behind", all, len(found.InFlight), len(found.Stale)))
		}
		if err := clock.Sleep(ctx, auditEvery); err != nil {
			found, auditErr := system.Audit(context.WithoutCancel(ctx))
			return found, errors.Join(err, auditErr)
		}
	}
}

// report checks the whole log and tells what it found. It returns an error if
// anything is not as it must be.
func report(ctx context.Context, out io.Writer, system *flow.System, found flow.Audit, since flow.Time) error {
	whole, err := audit.Check(system.Log(ctx, 0, driver.Forever))
	if err != nil {
		return err
	}
	mine, err := tally(ctx, system, since)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d orders: %d completed, %d cancelled, %d open\n", mine.orders, mine.completed, mine.cancelled, mine.orders-mine.completed-mine.cancelled)
	fmt.Fprintf(out, "the whole log: %d orders, %d events in %d records, %d documents, %d parked\n",
		whole.Orders, found.Events, found.Records, found.Documents, found.Parked)
	problems := whole.Violations
	problems = append(problems, found.Broken...)
	for _, e := range found.InFlight {
		problems = append(problems, fmt.Sprintf("%s %s of %s was never handled", e.Stream, e.Type, e.Time))
	}
	for _, name := range found.Stale {
		problems = append(problems, "the document "+name+" is not the fold of the log")
	}
	if whole.Open > 0 {
		problems = append(problems, fmt.Sprintf("%d orders are open", whole.Open))
	}
	if len(problems) == 0 {
		fmt.Fprintln(out, "every flow has ended, money is conserved, every stream is whole, every document is the fold of the log")
		return nil
	}
	for _, p := range problems[:min(len(problems), 20)] {
		fmt.Fprintln(out, "  VIOLATION:", p)
	}
	return fmt.Errorf("%d violations", len(problems))
}

type tallied struct{ orders, completed, cancelled int }

// tally counts the orders that were placed since a time.
func tally(ctx context.Context, system *flow.System, since flow.Time) (tallied, error) {
	var t tallied
	mine := map[string]bool{}
	for e, err := range system.Log(ctx, since, driver.Forever) {
		switch {
		case err != nil:
			return t, err
		case e.Type == "order.created":
			mine[e.Stream] = true
			t.orders++
		case e.Type == "order.completed" && mine[e.Stream]:
			t.completed++
		case e.Type == "order.cancelled" && mine[e.Stream]:
			t.cancelled++
		}
	}
	return t, nil
}
