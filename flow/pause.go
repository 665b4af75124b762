package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/function"
)

// heldFor is how long an event of a paused function waits at most before it is
// looked at again; when the function recovers it is sooner.
const heldFor = safetyNet

// A Pause is that of a function which keeps failing.
type Pause struct {
	Function string `json:"function"`
	// Error is what the last attempt ended with.
	Error string `json:"error"`
	Since Time   `json:"since"`
	// Probes counts the attempts since, and Next is when the next one is.
	Probes int  `json:"probes"`
	Next   Time `json:"next"`
	// Failure is the handling that it is tried with.
	Failure Failure `json:"failure"`
}

// Paused returns the functions that are paused, the next to be tried first.
func (s *System) Paused(ctx context.Context) ([]Pause, error) {
	var all []Pause
	for item, err := range s.platform.Agenda.Due(ctx, driver.Paused, driver.Forever, 0) {
		var p Pause
		if err == nil {
			err = json.Unmarshal(item.Body, &p)
		}
		if err != nil {
			return nil, fmt.Errorf("flow: paused: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// try lets a function handle an event, and learns from how it ends.
func (s *System) try(ctx context.Context, f *Function, event string, handle func() error) error {
	err := handle()
	fault := faultOf(err)
	w := s.app.Watch.withDefaults()
	var reject *rejectError
	switch {
	case err == nil:
		s.breaker.succeeded(f.name)
	case fault == nil || errors.As(err, &reject) || w.PauseAfter < 0 || errors.Is(ctx.Err(), context.Canceled):
		// It says nothing about the function's health.
	default:
		failures := s.breaker.failed(f.name, event, w.PauseAfter)
		if failures > 1 && failures < w.PauseAfter {
			break
		}
		// The first failure is when to find out whether others have paused it.
		if pauseErr := s.pause(context.WithoutCancel(ctx), f, event, fault.err, failures >= w.PauseAfter); pauseErr != nil {
			return errors.Join(err, pauseErr)
		}
	}
	return err
}

// pause learns whether a function is paused, and pauses it if it is to be.
func (s *System) pause(ctx context.Context, f *Function, event string, cause error, wanted bool) error {
	p, found, err := s.pauseOf(ctx, f.name)
	if err != nil {
		return err
	}
	if !found && !wanted {
		return nil
	}
	if !found {
		w := s.app.Watch.withDefaults()
		now := s.now()
		p = Pause{
			Function: f.name, Error: clip(cause.Error(), maxErrorBytes), Since: now, Next: now.Add(w.MinProbe),
			Failure: Failure{ID: failureID(f.name, event), Function: f.name, Event: Recorded{ID: event}},
		}
		if err := s.putJSON(ctx, driver.Paused, f.name, p.Next, p); err != nil {
			return err
		}
	}
	s.breaker.pause(f.name, p.Next)
	if found {
		return nil
	}
	return s.tellFailed(ctx, p)
}

// tellFailed records that a function was paused, once. Two processes may pause it
// at once, and the one whose event is in the log may die before it publishes it: so
// whoever finds nothing to tell any more publishes what was told.
func (s *System) tellFailed(ctx context.Context, p Pause) error {
	stream := StreamOf(function.Failed{Function: p.Function})
	err := s.report(ctx, decision{
		id: identityOf("failed", p.Function, p.Since.String()), stream: stream,
		decide: func(state any) ([]Event, error) { return p.failed(state), nil },
	}, function.Failed{})
	if err != nil {
		return err
	}
	head, err := s.platform.Log.Head(ctx, stream)
	if err != nil {
		return fmt.Errorf("flow: head of %s: %w", stream, err)
	}
	for e, err := range events(s.platform.Log.Stream(ctx, stream, head.Seq, head.Seq)) {
		if err != nil {
			return err
		}
		return s.publish(ctx, []Recorded{e})
	}
	return nil
}

// tellRecovered records that a function works again, once.
func (s *System) tellRecovered(ctx context.Context, p Pause) error {
	return s.report(ctx, decision{
		id:     identityOf("recovered", p.Function, p.Since.String()),
		stream: StreamOf(function.Recovered{Function: p.Function}),
		decide: func(state any) ([]Event, error) { return p.recovered(state), nil },
	}, function.Recovered{})
}

// failed is what is recorded when a function is paused that was not before.
func (p Pause) failed(state any) []Event {
	if health, ok := state.(function.Health); !ok || health.Failing {
		return nil
	}
	return []Event{function.Failed{Function: p.Function, Error: p.Error, Since: p.Since.Time()}}
}

// recovered is what is recorded when a function works again that was paused.
func (p Pause) recovered(state any) []Event {
	if health, ok := state.(function.Health); !ok || !health.Failing {
		return nil
	}
	return []Event{function.Recovered{Function: p.Function, Since: p.Since.Time(), Probes: p.Probes}}
}

func (s *System) pauseOf(ctx context.Context, name string) (p Pause, found bool, err error) {
	item, err := s.platform.Agenda.Get(ctx, driver.Paused, name)
	if errors.Is(err, driver.ErrNotFound) {
		return p, false, nil
	}
	if err == nil {
		err = json.Unmarshal(item.Body, &p)
	}
	if err != nil {
		return p, false, fmt.Errorf("flow: paused %s: %w", name, err)
	}
	return p, true, nil
}

// report records what the watchdog found, if the application wants to know, and
// publishes it.
func (s *System) report(ctx context.Context, d decision, kind Event) error {
	if !s.index.codec.declares(kind.Type()) {
		return nil
	}
	d.function = s.index.watchdog
	b, _, err := s.settle(ctx, d)
	if err != nil {
		return err
	}
	return s.publish(ctx, b.recorded())
}

// hold keeps an event for a function that is paused, as far as this process
// knows, and says whether it did.
func (s *System) hold(ctx context.Context, f *Function, e Recorded) (held bool, err error) {
	if !s.breaker.paused(f.name, s.now()) {
		return false, nil
	}
	failure, err := s.failureOf(ctx, f, e)
	if err != nil {
		return false, err
	}
	failure.Held = true
	return true, s.putFailure(ctx, driver.Retries, failure, s.now().Add(heldFor))
}

// holdPaused keeps a failure waiting if its function is paused, whoever paused it.
func (s *System) holdPaused(ctx context.Context, f *Function, failure Failure) (held bool, err error) {
	if !failure.Held && !s.breaker.paused(f.name, s.now()) {
		return false, nil
	}
	if _, found, err := s.pauseOf(ctx, f.name); err != nil || !found {
		return false, err
	}
	failure.Held = true
	return true, s.putFailure(ctx, driver.Retries, failure, s.now().Add(heldFor))
}

// probe tries a paused function, or has it tried.
func (s *System) probe(ctx context.Context, item driver.Item) error {
	var p Pause
	if err := json.Unmarshal(item.Body, &p); err != nil {
		return err
	}
	if f, yes := s.elsewhere(p.Function); yes {
		return s.handOver(ctx, f, item)
	}
	return s.probeHere(ctx, item)
}

// probeHere tries a paused function with one of its events. If that succeeds, what
// waits for the function is handled now.
func (s *System) probeHere(ctx context.Context, item driver.Item) error {
	var p Pause
	if err := json.Unmarshal(item.Body, &p); err != nil {
		return err
	}
	if _, err := s.index.function(p.Function); err != nil {
		return nil //nolint:nilerr // the function is no more: nobody waits
	}
	p.Probes++
	if p.Probes == 1 { // the process that paused it may have died before it told
		if err := s.tellFailed(ctx, p); err != nil {
			return err
		}
	}
	err := s.rehandle(ctx, p.Failure)
	if fault := faultOf(err); fault != nil {
		w := s.app.Watch.withDefaults()
		p.Error, p.Next = clip(fault.err.Error(), maxErrorBytes), s.now().Add(doubled(w.MinProbe, p.Probes, w.MaxProbe))
		return keptUnless(s.putJSON(context.WithoutCancel(ctx), driver.Paused, p.Function, p.Next, p))
	}
	if err != nil {
		return err
	}
	s.breaker.succeeded(p.Function)
	if err := s.tellRecovered(ctx, p); err != nil {
		return err
	}
	return s.release(ctx, p.Function)
}

// release lets all that waits for a function be handled now.
func (s *System) release(ctx context.Context, name string) error {
	var ids []string
	for failure, err := range s.Retrying(ctx) {
		if err != nil {
			return err
		}
		if failure.Held && failure.Function == name {
			ids = append(ids, failure.ID)
		}
	}
	for _, id := range ids {
		if err := s.reschedule(ctx, driver.Retries, id, s.now()); err != nil {
			return err
		}
	}
	return nil
}
