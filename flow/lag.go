package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// A Lag is what is still to be done before a view shows all that a command has
// led to.
type Lag struct {
	// Unhandled are the events that follow from the command and whose function
	// has not decided yet: what it decides may concern the view too.
	Unhandled []Recorded
	// Missing are the events that follow from the command and are not in the
	// view yet.
	Missing []Recorded
}

// None says whether nothing is to be done.
func (l Lag) None() bool { return len(l.Unhandled)+len(l.Missing) == 0 }

// Lag returns what a view lacks of what a command or webhook has led to, for
// whoever wants to read what he wrote. The token is its receipt's ID. With an
// empty view it only tells what is not handled. Events that were given up count
// as handled; what a deadline will bring does not count until it falls due. It
// returns ErrUnknown for a token or a view that does not exist.
//
// It reads the records of one flow, and one document for each event that the
// view takes.
func (s *System) Lag(ctx context.Context, token, view string) (Lag, error) {
	f := s.index.views[view]
	if view != "" && f == nil {
		return Lag{}, fmt.Errorf("flow: view %q: %w", view, ErrUnknown)
	}
	record, err := s.platform.Log.Record(ctx, token)
	if errors.Is(err, driver.ErrNotFound) {
		return Lag{}, fmt.Errorf("flow: token %q: %w", token, ErrUnknown)
	}
	if err != nil {
		return Lag{}, fmt.Errorf("flow: token %q: %w", token, err)
	}
	seen := newAnswers(s)
	events, err := s.followers(ctx, record, seen)
	if err != nil {
		return Lag{}, fmt.Errorf("flow: lag of %s: %w", token, err)
	}
	var lag Lag
	for _, e := range events {
		if err := lag.add(ctx, s, seen, f, e); err != nil {
			return Lag{}, fmt.Errorf("flow: lag of %s: %w", token, err)
		}
	}
	return lag, nil
}

// followers returns the events of a record and all that follow from them, in the
// order of the log, and notes which records there are.
func (s *System) followers(ctx context.Context, first driver.Record, seen *answers) ([]Recorded, error) {
	b, err := readBody(first)
	if err != nil {
		return nil, err
	}
	events := b.recorded()
	caused := map[string]bool{}
	for _, e := range events {
		caused[e.ID] = true
	}
	for r, err := range s.platform.Log.Flow(ctx, first.Correlation) {
		if err != nil {
			return nil, err
		}
		seen.records[r.ID] = true
		b, err := readBody(r)
		if err != nil {
			return nil, err
		}
		if !caused[b.Cause] {
			continue
		}
		for _, e := range b.recorded() {
			caused[e.ID] = true
			events = append(events, e)
		}
	}
	return events, nil
}

// add adds an event if it is not handled, or not in the view.
func (l *Lag) add(ctx context.Context, s *System, seen *answers, view *Function, e Recorded) error {
	for _, f := range s.index.takers[e.Type] {
		if f.view != nil && f != view {
			continue
		}
		if done, err := seen.has(ctx, f, e); err != nil || done {
			if err != nil {
				return err
			}
			continue
		}
		if _, given, err := s.getFailure(ctx, driver.Parked, failureID(f.name, e.ID)); err != nil || given {
			if err != nil {
				return err
			}
			continue
		}
		if f == view {
			l.Missing = append(l.Missing, e)
		} else {
			l.Unhandled = append(l.Unhandled, e)
		}
	}
	return nil
}
