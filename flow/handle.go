package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// Deliver handles a message for the subscription it names. Nil means that the
// message is done: handled now, handled before, waiting on the agenda to be
// retried, or parked. An error means that the broker must deliver it again.
func (s *System) Deliver(ctx context.Context, m driver.Message) error {
	f, err := s.index.function(m.Subscription)
	if err != nil {
		return err
	}
	if taken, err := s.takeOver(ctx, m); taken || err != nil {
		return err
	}
	e, err := eventOf(m)
	if err != nil {
		return s.parkRaw(ctx, f.name, m, err)
	}
	if e, err = s.withData(ctx, m, e); err != nil {
		return err
	}
	if held, err := s.hold(ctx, f, e); held || err != nil {
		return err
	}
	h := &Handling{Function: f.name, Kind: f.kind, Event: e, Attempt: m.Attempt}
	err = s.try(ctx, f, e.ID, func() error { return s.handler(ctx, h) })
	if errors.Is(err, errNewer) {
		return s.leave(ctx, f, e)
	}
	return s.judge(ctx, f, e, safetyNet, err)
}

// handle is the innermost handler.
func (s *System) handle(ctx context.Context, h *Handling) error {
	f, err := s.index.function(h.Function)
	if err != nil {
		return err
	}
	if !f.kind.onEvents() {
		return s.command(ctx, f, h)
	}
	if err := s.reach(ctx, PointReceived); err != nil {
		return err
	}
	if f.kind == KindTap {
		return s.tapped(ctx, f, h)
	}
	events, err := s.eventsFor(f, h.Event)
	if err != nil {
		return err
	}
	switch f.kind {
	case KindOn:
		return s.on(ctx, f, h, events[0])
	case KindEffect:
		return s.effect(ctx, f, h, events[0])
	case KindView, KindTally:
		return s.project(ctx, f, h.Event, events)
	case KindCommand, KindWebhook, KindTap:
	}
	return fmt.Errorf("flow: function %s of kind %q is not for events", f.name, f.kind)
}

// eventsFor returns the events that a stored one is today, of those that a
// function takes: one, unless it is a view and the event was split.
func (s *System) eventsFor(f *Function, r Recorded) (events []Event, err error) {
	err = s.index.codec.each(r.Type, r.Version, r.Data, func(e Event) error {
		if f.takes(e) {
			events = append(events, e)
		}
		return nil
	})
	switch {
	case errors.Is(err, errNewer):
		return nil, fmt.Errorf("flow: %s: %w", f.name, err)
	case err != nil:
	case len(events) == 0:
		err = fmt.Errorf("is not bound to %s", r.Type)
	case len(events) > 1 && f.view == nil:
		err = fmt.Errorf("version %d of %s was split into several %s", r.Version, r.Type, events[0].Type())
	}
	if err != nil {
		return nil, &functionError{function: f.name, err: Reject(err)}
	}
	return events, nil
}

// takes says whether a function is bound to an event.
func (f *Function) takes(e Event) bool { return f.takesType(e.Type()) }

func (f *Function) takesType(typ string) bool {
	return slices.ContainsFunc(f.inputs, func(in Event) bool { return in.Type() == typ })
}

// on lets a function decide on an event: commit, then publish; who delivered
// the event acknowledges it last.
func (s *System) on(ctx context.Context, f *Function, h *Handling, e Event) error {
	key, err := targetOf(f, e)
	if err != nil {
		return err
	}
	return s.finish(ctx, h, decision{
		id: identityOf(f.name, h.Event.ID), function: f, stream: f.namespace() + "/" + key,
		cause: h.Event, actor: h.Event.Actor,
		decide: func(state any) ([]Event, error) { return f.decide(state, e) },
	})
}

// targetOf returns the key of the stream on which a function decides.
func targetOf(f *Function, e Event) (key string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("key of %s panicked: %v", e.Type(), r)}
		}
	}()
	key = f.target(e)
	if err := CheckKey(key); err != nil {
		return "", &functionError{function: f.name, err: Reject(fmt.Errorf("stream of %s: %w", e.Type(), err))}
	}
	return key, nil
}

// finish settles a decision on an event and publishes its outcome, which is the
// stored one if the log had it.
func (s *System) finish(ctx context.Context, h *Handling, d decision) error {
	b, repeated, err := s.settle(ctx, d)
	if err != nil {
		return err
	}
	return s.announce(ctx, h, b, repeated)
}

// announce publishes an outcome that is in the log.
func (s *System) announce(ctx context.Context, h *Handling, b body, repeated bool) error {
	h.Emitted, h.Repeated = b.recorded(), repeated
	if err := s.publish(ctx, h.Emitted); err != nil {
		return err
	}
	return s.reach(ctx, PointPublished)
}

// publish gives events to the broker.
func (s *System) publish(ctx context.Context, events []Recorded) error {
	if len(events) == 0 {
		return nil
	}
	messages := make([]driver.Message, len(events))
	for i, e := range events {
		messages[i] = messageOf(e)
	}
	if err := s.platform.Publisher.Publish(ctx, messages...); err != nil {
		return fmt.Errorf("flow: publish %s: %w", events[0].Stream, err)
	}
	return nil
}

// effect calls the outside unless its outcome is recorded, and records the
// outcome on the stream that it is for, whatever happened there meanwhile.
func (s *System) effect(ctx context.Context, f *Function, h *Handling, e Event) error {
	return s.outcome(ctx, f, h, e.Key(), func(ctx context.Context) ([]Event, error) { return f.effect(ctx, e) })
}

// outcome records what a call of the outside led to, unless it is recorded. The key
// is that of the stream on which it is noted that it led to nothing.
func (s *System) outcome(ctx context.Context, f *Function, h *Handling, key string, call func(context.Context) ([]Event, error)) error {
	id := identityOf(f.name, h.Event.ID)
	if b, found, err := s.lookup(ctx, id); err != nil || found {
		if err != nil {
			return err
		}
		return s.announce(ctx, h, b, true)
	}
	out, err := callSafely(withIdempotencyKey(ctx, id), f.timeout, call)
	if err != nil {
		return &functionError{function: f.name, err: err}
	}
	if err := s.reach(ctx, PointCalled); err != nil {
		return err
	}
	stream := f.namespace() + "/" + key
	if len(out) > 0 {
		stream = StreamOf(out[0])
	}
	if err := checkStream(stream); err != nil {
		return &functionError{function: f.name, err: Reject(err)}
	}
	return s.finish(ctx, h, decision{
		id: id, function: f, stream: stream, cause: h.Event, actor: h.Event.Actor,
		decide: func(any) ([]Event, error) { return out, nil },
	})
}

func checkStream(stream string) error {
	ns := streamNamespace(stream)
	if err := CheckKey(stream[min(len(ns)+1, len(stream)):]); err != nil {
		return fmt.Errorf("stream %q: %w", stream, err)
	}
	return nil
}

// callSafely turns a panic of an effect into an error, and ends its context when
// its time is over, whoever called it: a broker, the tick or a redrive.
func callSafely(ctx context.Context, within time.Duration, call func(context.Context) ([]Event, error)) (out []Event, err error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked: %v", r)
		}
	}()
	return call(ctx)
}
