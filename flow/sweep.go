package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// The anti-entropy: the log is read a second time, some time behind its end, and
// every event that a function or a view has no record of is put on the agenda,
// which publishes it again until there is one. In the quiet case that costs one
// read for each record, and one for each document and event of a view. See
// Demers et al., Epidemic Algorithms for Replicated Database Maintenance (1987).

const (
	// sweepLimit is about how many records one tick looks at.
	sweepLimit = 1000
	// sweepEvery is the least pause between two looks of one process.
	sweepEvery = time.Minute
	// cursorNote is what the engine remembers of how far it looked.
	cursorNote = "sweep"
)

// An unanswered event is one whose function has no record of it.
type unanswered struct {
	Function string `json:"function"`
	// Event lacks its data: the log has it.
	Event Recorded `json:"event"`
	// Looks counts how often it was looked at.
	Looks int `json:"looks"`
	// Told is set when its flow was reported as stalled.
	Told bool `json:"told,omitempty"`
}

// sweep looks at the records since the last look that are older than the grace.
func (s *System) sweep(ctx context.Context, t *Ticked) error {
	grace := s.app.Watch.withDefaults().Grace
	now := s.now()
	if grace < 0 || now < Time(s.nextSweep.Load()) {
		return nil
	}
	from, err := s.sweptTo(ctx)
	if err != nil {
		return err
	}
	to, more, err := s.sweepSpan(ctx, from, now.Add(-grace))
	if err != nil {
		return fmt.Errorf("flow: sweep: %w", err)
	}
	t.More = t.More || more
	if !more {
		s.nextSweep.Store(int64(now.Add(min(sweepEvery, grace/4))))
	}
	if to <= from {
		return nil
	}
	return s.putJSON(ctx, driver.Notes, cursorNote, to, to)
}

// sweptTo returns up to where the log was looked at.
func (s *System) sweptTo(ctx context.Context) (Time, error) {
	item, err := s.platform.Agenda.Get(ctx, driver.Notes, cursorNote)
	if errors.Is(err, driver.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("flow: notes %s: %w", cursorNote, err)
	}
	return item.Due, nil
}

// sweepSpan looks at the records with from <= Time < to, or the first of them,
// and returns up to where it came, and whether there are more.
func (s *System) sweepSpan(ctx context.Context, from, to Time) (end Time, more bool, err error) {
	if to <= from {
		return from, false, nil
	}
	seen := newAnswers(s)
	var recorded []Recorded
	var last Time
	records := 0
	for r, err := range s.platform.Log.Scan(ctx, from, to) {
		if err != nil {
			return from, false, err
		}
		if records >= sweepLimit && r.Time > last {
			to, more = r.Time, true
			break
		}
		records, last = records+1, r.Time
		seen.records[r.ID] = true
		if b, err := readBody(r); err == nil { // what can't be read is for the audit
			recorded = append(recorded, b.recorded()...)
		}
	}
	for _, e := range recorded {
		if err := s.lookAfter(ctx, seen, e); err != nil {
			return from, false, err
		}
	}
	return to, more, nil
}

// lookAfter puts an event on the agenda for each function and view that has no
// record of it.
func (s *System) lookAfter(ctx context.Context, seen *answers, e Recorded) error {
	for _, f := range s.index.takers[e.Type] {
		if done, err := seen.has(ctx, f, e); err != nil || done {
			if err != nil {
				return err
			}
			continue
		}
		u := unanswered{Function: f.name, Event: e}
		u.Event.Data = nil
		if err := s.putJSON(ctx, driver.Unanswered, failureID(f.name, e.ID), s.now(), u); err != nil {
			return err
		}
	}
	return nil
}

// nudge publishes an event again whose function has no record of it, unless the
// agenda will try it anyway, and reports its flow when that goes on for long.
func (s *System) nudge(ctx context.Context, item driver.Item) error {
	var u unanswered
	if err := json.Unmarshal(item.Body, &u); err != nil {
		return err
	}
	f, err := s.index.function(u.Function)
	if err != nil {
		return nil //nolint:nilerr // the function is no more: nobody waits
	}
	e, err := s.eventByID(ctx, u.Event.ID)
	if err != nil {
		return err
	}
	if done, err := newAnswers(s).has(ctx, f, e); err != nil || done {
		return err
	}
	standing, failure, err := s.standing(ctx, item.ID)
	if err != nil {
		return err
	}
	if standing == standingUnanswered {
		if err := s.publish(ctx, []Recorded{e}); err != nil {
			return err
		}
	}
	if err := s.tellStalled(ctx, &u, standing, failure.Error); err != nil {
		return err
	}
	return keptUnless(s.putJSON(ctx, driver.Unanswered, item.ID, s.nextLook(&u), u))
}

// nextLook returns when an unanswered event is looked at again.
func (s *System) nextLook(u *unanswered) Time {
	w := s.app.Watch.withDefaults()
	next := s.now().Add(doubled(w.Grace, u.Looks, maxRedrive))
	u.Looks++
	if stalled := u.Event.Time.Add(w.StallAfter); !u.Told && w.StallAfter > 0 && stalled > s.now() {
		next = min(next, stalled)
	}
	return next
}

// Where an event that has no outcome stands.
const (
	standingParked     = "parked"
	standingPaused     = "paused"
	standingRetrying   = "retrying"
	standingUnanswered = "unanswered"
)

// standing returns where the handling with an ID stands, and how it failed.
func (s *System) standing(ctx context.Context, id string) (string, Failure, error) {
	failure, found, err := s.getFailure(ctx, driver.Parked, id)
	if err != nil || found {
		return standingParked, failure, err
	}
	failure, found, err = s.getFailure(ctx, driver.Retries, id)
	switch {
	case err != nil || !found:
		return standingUnanswered, failure, err
	case failure.Held:
		return standingPaused, failure, nil
	}
	return standingRetrying, failure, nil
}

// tellStalled records that a flow is stalled, if it is, and publishing the event
// again did not help. What the watchdog itself
// records is left out, or one such event that nobody can handle would cause the
// next.
func (s *System) tellStalled(ctx context.Context, u *unanswered, standing, cause string) error {
	after := s.app.Watch.withDefaults().StallAfter
	if u.Told || u.Looks == 0 || after < 0 || u.Event.Function == watchdog || s.now() < u.Event.Time.Add(after) {
		return nil
	}
	stalled := Stalled{
		Flow: u.Event.Correlation, Event: u.Event.ID, EventType: u.Event.Type, Function: u.Function,
		Standing: standing, Error: cause, Since: u.Event.Time.Time(),
	}
	u.Told = true
	return s.report(ctx, decision{
		id: identityOf("stalled", u.Function, u.Event.ID), stream: StreamOf(stalled), cause: u.Event,
		decide: func(any) ([]Event, error) { return []Event{stalled}, nil },
	}, stalled)
}
