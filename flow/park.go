package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// safetyNet is when the tick tries a failed handling again that the broker
	// should have redelivered long before.
	safetyNet = time.Hour
	// tickPause is when the tick tries one again that failed in a tick, doubled
	// with each attempt up to safetyNet.
	tickPause = 10 * time.Second
	// leavePause is when the tick looks again at an event that is newer than
	// the version of the application that it was delivered to.
	leavePause = time.Minute
)

// judge decides what becomes of a delivery that ended with err. A fault of the
// platform goes back to the broker. A fault of the function is counted, and goes
// back to the broker too, unless the function said how to go on: later by
// the agenda, or never.
//
// The agenda then tries again after net, in case the broker does not.
func (s *System) judge(ctx context.Context, f *Function, e Recorded, net time.Duration, err error) error {
	fault := faultOf(err)
	if fault == nil || errors.Is(ctx.Err(), context.Canceled) {
		return err
	}
	// The time for the function may be over; that for the bookkeeping is not.
	ctx = context.WithoutCancel(ctx)
	failure, getErr := s.failureOf(ctx, f, e)
	if getErr != nil {
		return errors.Join(err, getErr)
	}
	failure.Held = false
	failure.tried(s.now(), s.app.Version, fault.err)
	if failure.Rejected || failure.Attempts >= f.attempts {
		return s.park(ctx, failure)
	}
	if retry, ok := errors.AsType[*retryError](fault); ok {
		return s.keep(ctx, failure, retry.after)
	}
	if keepErr := s.keep(ctx, failure, net); keepErr != nil {
		return errors.Join(err, keepErr)
	}
	return err
}

// leave puts an event that is newer than this version of the application on the
// agenda, for a later version to handle. It does not count as an attempt.
func (s *System) leave(ctx context.Context, f *Function, e Recorded) error {
	failure, err := s.failureOf(ctx, f, e)
	if err != nil {
		return err
	}
	failure.Error = errNewer.Error()
	return s.putFailure(ctx, driver.Retries, failure, s.now().Add(leavePause))
}

// keep puts a failure on the agenda, to be tried again after d.
func (s *System) keep(ctx context.Context, failure Failure, d time.Duration) error {
	if err := s.putFailure(ctx, driver.Retries, failure, s.now().Add(d)); err != nil {
		return err
	}
	return s.reach(ctx, PointFailed)
}

// park gives a handling up until somebody redrives it, or the system does.
func (s *System) park(ctx context.Context, failure Failure) error {
	if err := s.putFailure(ctx, driver.Parked, failure, s.nextRedrive(failure)); err != nil {
		return err
	}
	s.tellParked(ctx, failure)
	if err := s.reach(ctx, PointParked); err != nil {
		return err
	}
	if err := s.platform.Agenda.Remove(ctx, driver.Retries, failure.ID); err != nil {
		return fmt.Errorf("flow: park %s: %w", failure.ID, err)
	}
	return nil
}

// nextRedrive returns when a parked handling is tried again without anybody
// asking.
func (s *System) nextRedrive(failure Failure) Time {
	w := s.app.Watch.withDefaults()
	if failure.Rejected || failure.Message != nil || w.Redrive < 0 {
		return driver.Forever
	}
	return failure.Last.Add(doubled(w.Redrive, failure.Redrives, maxRedrive))
}

// parkRaw parks a message that can't be read, with its bytes.
func (s *System) parkRaw(ctx context.Context, function string, m driver.Message, cause error) error {
	attributes, err := json.Marshal(m.Attributes)
	if err != nil {
		return fmt.Errorf("flow: park message %q: %w", m.ID, err)
	}
	failure := Failure{
		ID:       function + "~raw-" + identityOf(m.ID, m.Topic, string(attributes), string(m.Data)),
		Function: function, Message: &m, First: s.now(),
	}
	failure.tried(failure.First, s.app.Version, cause)
	failure.Attempts = max(m.Attempt, 1)
	return s.park(ctx, failure)
}

// Bury takes a message that the broker gave up on: it came to driver.DeadLetters,
// and m.Subscription is the subscription it was for. It is parked, unless the
// log shows that it was handled.
func (s *System) Bury(ctx context.Context, m driver.Message) error {
	cause := errors.New("the broker gave up on the message")
	f, err := s.index.function(m.Subscription)
	if err != nil {
		return s.parkRaw(ctx, "unknown", m, cause)
	}
	if handsOver(m) {
		return s.buryHandover(ctx, m, cause)
	}
	e, err := eventOf(m)
	if err != nil {
		return s.parkRaw(ctx, f.name, m, err)
	}
	if e, err = s.withData(ctx, m, e); err != nil {
		return err
	}
	failure, err := s.failureOf(ctx, f, e)
	if err != nil {
		return err
	}
	failure.Attempts = max(failure.Attempts, m.Attempt)
	failure.Last, failure.Held = s.now(), false
	if failure.Error == "" {
		failure.Error = cause.Error()
	}
	// The outcome may be in the log and not published: whoever redrives it finds
	// that, so the tick does so at once.
	if handled, err := newAnswers(s).has(ctx, f, e); err != nil || handled {
		if err != nil {
			return err
		}
		return s.putFailure(ctx, driver.Retries, failure, s.now())
	}
	return s.park(ctx, failure)
}
