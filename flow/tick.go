package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// tickLimit is the most items of a kind that one tick takes.
const tickLimit = 200

// Ticked says what a tick did.
type Ticked struct {
	// Deadlines, Published and Retried count the deadlines that fell due, the
	// commands whose events were published again, and the handlings that were
	// tried again.
	Deadlines, Published, Retried int
	// HandedOver counts the handlings, of those that were to be tried again, that
	// were handed over to where their function is served.
	HandedOver int
	// Redriven counts the parked handlings that succeeded at last, Nudged the
	// events that were published again because nobody had answered them, and
	// Recovered the paused functions that work again.
	Redriven, Nudged, Recovered int
	// More is set when a kind had as many items as one tick takes: tick again.
	More bool
}

// Tick does what has fallen due on the agenda: deadlines become events, events
// of commands that were not published are, failed handlings are tried again; and
// it looks after the system as its Watch says. Call it about once a minute, or
// oftener; any number of calls at once do no harm. An item that fails holds up no
// other: the errors come back joined, and the items stay for the next tick.
func (s *System) Tick(ctx context.Context) (Ticked, error) {
	var t Ticked
	err := errors.Join(
		s.due(ctx, driver.Outbox, &t, &t.Published, s.republish),
		s.due(ctx, driver.Deadlines, &t, &t.Deadlines, s.fallDue),
		s.due(ctx, driver.Paused, &t, &t.Recovered, s.probe),
		s.due(ctx, driver.Retries, &t, &t.Retried, s.retry),
		s.redriveForVersion(ctx),
		s.due(ctx, driver.Parked, &t, &t.Redriven, s.redriveDue),
		s.sweep(ctx, &t),
		s.due(ctx, driver.Unanswered, &t, &t.Nudged, s.nudge),
	)
	return t, err
}

// due does the items of one kind, and removes each that was done.
func (s *System) due(ctx context.Context, kind driver.Kind, t *Ticked, count *int, do func(context.Context, driver.Item) error) error {
	var items []driver.Item
	for item, err := range s.platform.Agenda.Due(ctx, kind, s.now(), tickLimit) {
		if err != nil {
			return fmt.Errorf("flow: tick: %s: %w", kind, err)
		}
		items = append(items, item)
	}
	t.More = t.More || len(items) == tickLimit
	var failed []error
	for _, item := range items {
		if err := s.dueItem(ctx, item, do); err != nil {
			if errors.Is(err, errHandedOver) {
				t.HandedOver++
				continue
			}
			if errors.Is(err, errKept) {
				continue
			}
			err = errors.Join(err, s.postpone(ctx, item))
			failed = append(failed, fmt.Errorf("flow: tick: %s %s: %w", kind, item.ID, err))
			continue
		}
		*count++
	}
	return errors.Join(failed...)
}

// postpone lets an item that failed wait, so that any number of them do not keep
// the others from their turn.
func (s *System) postpone(ctx context.Context, item driver.Item) error {
	item.Due = max(item.Due, s.now()).Add(tickPause) // the clock may have been set back
	return s.putAgain(ctx, item)
}

// putAgain puts an item on the agenda with another time.
func (s *System) putAgain(ctx context.Context, item driver.Item) error {
	if failure, err := readFailure(item); err == nil && failure.ID == item.ID {
		return s.putFailure(ctx, item.Kind, failure, item.Due)
	}
	return s.platform.Agenda.Put(ctx, item)
}

// errKept says that an item was not done, and was given another time.
var errKept = errors.New("kept for later")

func (s *System) dueItem(ctx context.Context, item driver.Item, do func(context.Context, driver.Item) error) error {
	if err := do(ctx, item); err != nil {
		return err
	}
	if err := s.reach(ctx, PointTickDone); err != nil {
		return err
	}
	if err := s.platform.Agenda.Remove(ctx, item.Kind, item.ID); err != nil {
		return err
	}
	return s.reach(ctx, PointTickCleared)
}

// republish publishes the events of a command once more.
func (s *System) republish(ctx context.Context, item driver.Item) error {
	b, found, err := s.lookup(ctx, item.ID)
	if err != nil || !found {
		return err
	}
	return s.publish(ctx, b.recorded())
}

// fallDue records a deadline's event on its stream, and publishes it.
func (s *System) fallDue(ctx context.Context, item driver.Item) error {
	var due dueEvent
	if err := json.Unmarshal(item.Body, &due); err != nil {
		return err
	}
	f, err := s.index.function(due.Function)
	if err != nil {
		return err
	}
	var events []Event
	err = s.index.codec.each(due.Deadline.Type, due.Deadline.Version, due.Deadline.Data, func(e Event) error {
		events = append(events, e)
		return nil
	})
	if err != nil {
		return err
	}
	// Its time is not before it was due, though the clock was set back since the
	// agenda was read.
	cause := due.Cause
	cause.Time = max(cause.Time, due.Deadline.Due-1)
	b, _, err := s.settle(ctx, decision{
		id: due.Deadline.ID, function: f, stream: due.Stream, cause: cause, actor: due.Actor,
		decide: func(any) ([]Event, error) { return events, nil },
	})
	if err != nil {
		return err
	}
	return s.publish(ctx, b.recorded())
}

// retry handles a failed event again, or has it handled.
func (s *System) retry(ctx context.Context, item driver.Item) error {
	failure, err := readFailure(item)
	if err != nil {
		return err
	}
	if f, yes := s.elsewhere(failure.Function); yes {
		return s.handOver(ctx, f, item)
	}
	return s.retryHere(ctx, item)
}

// retryHere handles a failed event again. If it fails again the agenda keeps it,
// with another time, or it is parked.
func (s *System) retryHere(ctx context.Context, item driver.Item) error {
	failure, err := readFailure(item)
	if err != nil {
		return err
	}
	f, err := s.index.function(failure.Function)
	if err != nil {
		failure.tried(s.now(), s.app.Version, Reject(err))
		return keptUnless(s.park(ctx, failure))
	}
	if paused, err := s.holdPaused(ctx, f, failure); err != nil || paused {
		return keptUnless(err)
	}
	err = s.try(ctx, f, failure.Event.ID, func() error { return s.rehandle(ctx, failure) })
	if err == nil {
		return nil
	}
	if errors.Is(err, errNewer) {
		return keptUnless(s.leave(ctx, f, failure.Event))
	}
	pause := doubled(tickPause, failure.Attempts, safetyNet)
	if err := s.judge(ctx, f, failure.Event, pause, err); err != nil && faultOf(err) == nil {
		return err
	}
	return errKept
}

func keptUnless(err error) error {
	if err != nil {
		return err
	}
	return errKept
}

// redriveDue handles a parked event again whose time has come, or has it handled.
func (s *System) redriveDue(ctx context.Context, item driver.Item) error {
	failure, err := readFailure(item)
	if err != nil {
		return err
	}
	if f, yes := s.elsewhere(failure.Function); yes {
		return s.handOver(ctx, f, item)
	}
	return s.redriveHere(ctx, item)
}

func (s *System) redriveHere(ctx context.Context, item driver.Item) error {
	failure, err := readFailure(item)
	if err != nil {
		return err
	}
	if err := s.redrive(ctx, failure); faultOf(err) == nil {
		return err
	}
	return errKept
}
