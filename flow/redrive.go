package flow

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// Parked returns the handlings that were given up, those first that the system
// tries again next.
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
				failure, err = readFailure(item)
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

// ParkedOne returns the parked handling with an ID, or ErrUnknown.
func (s *System) ParkedOne(ctx context.Context, id string) (Failure, error) {
	failure, found, err := s.getFailure(ctx, driver.Parked, id)
	if err == nil && !found {
		err = fmt.Errorf("flow: parked %q: %w", id, ErrUnknown)
	}
	return failure, err
}

// Redrive handles a parked event again. It leaves the list if that succeeds, and
// stays on it, with one more attempt counted, if its function fails. Where its
// function is served elsewhere the next tick has it handled, and done is false. It
// returns ErrUnknown if nothing with the ID is parked.
func (s *System) Redrive(ctx context.Context, id string) (done bool, err error) {
	failure, err := s.ParkedOne(ctx, id)
	if err != nil {
		return false, err
	}
	if _, yes := s.elsewhere(failure.Function); yes {
		return false, s.reschedule(ctx, driver.Parked, id, s.now())
	}
	if err := s.redrive(ctx, failure); err != nil {
		return false, err
	}
	if err := s.platform.Agenda.Remove(ctx, driver.Parked, id); err != nil {
		return false, fmt.Errorf("flow: redrive %s: %w", id, err)
	}
	return true, nil
}

// redrive handles a parked event again, and counts the attempt if it fails.
func (s *System) redrive(ctx context.Context, failure Failure) error {
	err := s.rehandle(ctx, failure)
	fault := faultOf(err)
	if fault == nil {
		return err
	}
	failure.tried(s.now(), s.app.Version, fault.err)
	failure.Redrives++
	ctx = context.WithoutCancel(ctx)
	return errors.Join(err, s.putFailure(ctx, driver.Parked, failure, s.nextRedrive(failure)))
}

// rehandle handles the event of a failure once more.
func (s *System) rehandle(ctx context.Context, failure Failure) error {
	name, e := failure.Function, failure.Event
	var err error
	switch {
	case failure.Message != nil: // a later version may read it
		if e, err = eventOf(*failure.Message); err != nil {
			return &functionError{function: name, err: Reject(err)}
		}
		name = failure.Message.Subscription
	default:
		if e, err = s.whole(ctx, e); err != nil {
			return err
		}
	}
	f, err := s.index.function(name)
	if err != nil {
		return &functionError{function: name, err: Reject(err)}
	}
	return s.handler(ctx, &Handling{Function: f.name, Kind: f.kind, Event: e, Attempt: failure.Attempts + 1})
}

// Event returns the event with an ID, or ErrUnknown.
func (s *System) Event(ctx context.Context, id string) (Recorded, error) { return s.eventByID(ctx, id) }

// whole returns an event with its data, which the agenda may have had no room for.
func (s *System) whole(ctx context.Context, e Recorded) (Recorded, error) {
	if len(e.Data) > 0 && string(e.Data) != "null" {
		return e, nil
	}
	return s.eventByID(ctx, e.ID)
}

// withData returns an event with the data that its message had no room for.
func (s *System) withData(ctx context.Context, m driver.Message, e Recorded) (Recorded, error) {
	if m.Attributes[dataRef] == "" {
		return e, nil
	}
	return s.eventByID(ctx, e.ID)
}

// eventByID reads an event from the log.
func (s *System) eventByID(ctx context.Context, id string) (Recorded, error) {
	record, _, ok := strings.Cut(id, "-")
	if !ok || CheckKey(record) != nil {
		return Recorded{}, fmt.Errorf("flow: event %q: %w", id, ErrUnknown)
	}
	b, found, err := s.lookup(ctx, record)
	if err != nil {
		return Recorded{}, err
	}
	for _, e := range b.recorded() {
		if found && e.ID == id {
			return e, nil
		}
	}
	return Recorded{}, fmt.Errorf("flow: event %s: %w", id, ErrUnknown)
}

// A Selection says which parked handlings are meant. Each field narrows it; the
// zero Selection means all.
type Selection struct {
	// Function is whose handlings.
	Function string
	// Error is a text that the last error contains.
	Error string
	// Type is the wire name of the event.
	Type string
}

func (l Selection) has(f Failure) bool {
	return (l.Function == "" || l.Function == f.Function) && strings.Contains(f.Error, l.Error) &&
		(l.Type == "" || l.Type == f.Event.Type)
}

// minRate is the least rate at which parked handlings are redriven: some a week.
const minRate = 1e-5

// RedriveAll has the parked handlings of a selection handled again by the tick,
// the first now and rate of them in a second; rate 0 means all now. It returns
// how many there are. What fails again stays parked; calling it again while the
// tick is at work does no harm.
func (s *System) RedriveAll(ctx context.Context, selected Selection, rate float64) (n int, err error) {
	if rate < 0 || rate > 0 && rate < minRate {
		return 0, Invalid("rate", "is %v a second; 0 means all at once, otherwise it is at least %v", rate, minRate)
	}
	ids, err := s.parkedIDs(ctx, selected.has)
	if err != nil {
		return 0, err
	}
	now := s.now()
	for i, id := range ids {
		due := now
		if rate > 0 {
			due = now.Add(time.Duration(float64(i) / rate * float64(time.Second)))
		}
		if err := s.reschedule(ctx, driver.Parked, id, due); err != nil {
			return i, err
		}
	}
	return len(ids), nil
}

// parkedIDs returns the IDs of the parked handlings that are selected. They are
// read before anything is rescheduled, because that changes their order.
func (s *System) parkedIDs(ctx context.Context, selected func(Failure) bool) (ids []string, err error) {
	for failure, err := range s.Parked(ctx) {
		if err != nil {
			return nil, err
		}
		if selected(failure) {
			ids = append(ids, failure.ID)
		}
	}
	return ids, nil
}

// reschedule lets a failure be tried again at another time, if it is still there.
func (s *System) reschedule(ctx context.Context, kind driver.Kind, id string, due Time) error {
	failure, found, err := s.getFailure(ctx, kind, id)
	if err != nil || !found {
		return err
	}
	failure.Held = false
	return s.putFailure(ctx, kind, failure, due)
}

// redriveForVersion has everything redriven that this version of the application
// has not tried, once for each version.
func (s *System) redriveForVersion(ctx context.Context) error {
	version := s.app.Version
	if version == "" || s.redriven.Load() {
		return nil
	}
	id := "version-" + identityOf(version)
	_, err := s.platform.Agenda.Get(ctx, driver.Notes, id)
	if err == nil {
		s.redriven.Store(true)
		return nil
	}
	if !errors.Is(err, driver.ErrNotFound) {
		return fmt.Errorf("flow: notes %s: %w", id, err)
	}
	ids, err := s.parkedIDs(ctx, func(f Failure) bool { return !slices.Contains(f.Versions, version) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.reschedule(ctx, driver.Parked, id, s.now()); err != nil {
			return err
		}
	}
	return s.putJSON(ctx, driver.Notes, id, s.now(), version)
}
