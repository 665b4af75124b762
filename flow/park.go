package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// A Failure is a handling that failed: waiting to be retried, or parked.
type Failure struct {
	// ID identifies the failure: the function and the event.
	ID string `json:"id"`
	// Function is whose handling it was.
	Function string `json:"function"`
	// Event is what was to be handled. Its ID is empty if the message could not
	// be read; then Message holds it as it came.
	Event   Recorded        `json:"event"`
	Message *driver.Message `json:"message,omitempty"`
	// Error is the last attempt's.
	Error string `json:"error"`
	// Attempts counts the attempts that failed.
	Attempts int `json:"attempts"`
	// First and Last are when the first and the last attempt failed.
	First Time `json:"first"`
	Last  Time `json:"last"`
}

const (
	// safetyNet is when the tick tries a failed handling again that the broker
	// should have redelivered long before.
	safetyNet = time.Hour
	// tickPause is when the tick tries one again that failed in a tick, doubled
	// with each attempt up to safetyNet.
	tickPause = 10 * time.Second
	// maxErrorBytes bounds the text that is kept of an error.
	maxErrorBytes = 2000
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
	failure.Error = clip(fault.err.Error())
	failure.Attempts++
	failure.Last = s.now()
	var reject *rejectError
	if errors.As(fault, &reject) || failure.Attempts >= f.attempts {
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

func clip(text string) string { return text[:min(len(text), maxErrorBytes)] }

// failureOf returns what the agenda knows of a handling that failed before, or a
// new failure.
func (s *System) failureOf(ctx context.Context, f *Function, e Recorded) (Failure, error) {
	failure := Failure{ID: f.name + "~" + e.ID, Function: f.name, Event: e, First: s.now()}
	item, err := s.platform.Agenda.Get(ctx, driver.Retries, failure.ID)
	if errors.Is(err, driver.ErrNotFound) {
		return failure, nil
	}
	if err == nil {
		err = json.Unmarshal(item.Body, &failure)
	}
	if err != nil {
		return Failure{}, fmt.Errorf("flow: retry %s: %w", failure.ID, err)
	}
	return failure, nil
}

// keep puts a failure on the agenda, to be tried again after d.
func (s *System) keep(ctx context.Context, failure Failure, d time.Duration) error {
	if err := s.put(ctx, driver.Retries, failure, s.now().Add(d)); err != nil {
		return err
	}
	return s.reach(ctx, PointFailed)
}

// park gives a handling up until somebody redrives it.
func (s *System) park(ctx context.Context, failure Failure) error {
	if err := s.put(ctx, driver.Parked, failure, failure.Last); err != nil {
		return err
	}
	if err := s.reach(ctx, PointParked); err != nil {
		return err
	}
	if err := s.platform.Agenda.Remove(ctx, driver.Retries, failure.ID); err != nil {
		return fmt.Errorf("flow: park %s: %w", failure.ID, err)
	}
	return nil
}

func (s *System) put(ctx context.Context, kind driver.Kind, failure Failure, due Time) error {
	data, err := json.Marshal(failure)
	if err == nil {
		err = s.platform.Agenda.Put(ctx, driver.Item{Kind: kind, ID: failure.ID, Due: due, Body: data})
	}
	if err != nil {
		return fmt.Errorf("flow: %s %s: %w", kind, failure.ID, err)
	}
	return nil
}

// parkRaw parks a message that can't be read, with its bytes.
func (s *System) parkRaw(ctx context.Context, function string, m driver.Message, cause error) error {
	now := s.now()
	attributes, err := json.Marshal(m.Attributes)
	if err != nil {
		return fmt.Errorf("flow: park message %q: %w", m.ID, err)
	}
	return s.park(ctx, Failure{
		ID:       function + "~raw-" + identityOf(m.ID, m.Topic, string(attributes), string(m.Data)),
		Function: function, Message: &m, Error: clip(cause.Error()), Attempts: max(m.Attempt, 1), First: now, Last: now,
	})
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
	e, err := eventOf(m)
	if err != nil {
		return s.parkRaw(ctx, f.name, m, err)
	}
	failure, err := s.failureOf(ctx, f, e)
	if err != nil {
		return err
	}
	failure.Attempts = max(failure.Attempts, m.Attempt)
	failure.Last = s.now()
	if failure.Error == "" {
		failure.Error = cause.Error()
	}
	return s.park(ctx, failure)
}

// Parked returns the handlings that were given up, the longest parked first.
func (s *System) Parked(ctx context.Context) iter.Seq2[Failure, error] {
	return s.failures(ctx, driver.Parked)
}

// Retrying returns the handlings that failed and will be tried again, the next
// first.
func (s *System) Retrying(ctx context.Context) iter.Seq2[Failure, error] {
	return s.failures(ctx, driver.Retries)
}

func (s *System) failures(ctx context.Context, kind driver.Kind) iter.Seq2[Failure, error] {
	return func(yield func(Failure, error) bool) {
		for item, err := range s.platform.Agenda.Due(ctx, kind, driver.Forever, 0) {
			var failure Failure
			if err == nil {
				err = json.Unmarshal(item.Body, &failure)
			}
			if err != nil {
				yield(Failure{}, fmt.Errorf("flow: %s: %w", kind, err))
				return
			}
			if !yield(failure, nil) {
				return
			}
		}
	}
}

// Redrive handles a parked event again. It leaves the list if that succeeds, and
// stays on it, with one more attempt counted, if it fails. It returns ErrUnknown
// if nothing with the ID is parked.
func (s *System) Redrive(ctx context.Context, id string) error {
	item, err := s.platform.Agenda.Get(ctx, driver.Parked, id)
	if errors.Is(err, driver.ErrNotFound) {
		return fmt.Errorf("flow: parked %q: %w", id, ErrUnknown)
	}
	var failure Failure
	if err == nil {
		err = json.Unmarshal(item.Body, &failure)
	}
	if err != nil {
		return fmt.Errorf("flow: redrive %s: %w", id, err)
	}
	if failure.Message != nil {
		return fmt.Errorf("flow: redrive %s: the message can't be read: %s", id, failure.Error)
	}
	if err := s.rehandle(ctx, failure); err != nil {
		failure.Attempts++
		failure.Error, failure.Last = clip(err.Error()), s.now()
		return errors.Join(err, s.put(ctx, driver.Parked, failure, failure.Last))
	}
	if err := s.platform.Agenda.Remove(ctx, driver.Parked, id); err != nil {
		return fmt.Errorf("flow: redrive %s: %w", id, err)
	}
	return nil
}

// rehandle handles the event of a failure once more.
func (s *System) rehandle(ctx context.Context, failure Failure) error {
	f, err := s.index.function(failure.Function)
	if err != nil {
		return err
	}
	return s.handler(ctx, &Handling{Function: f.name, Kind: f.kind, Event: failure.Event, Attempt: failure.Attempts + 1})
}
