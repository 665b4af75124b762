package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/driver"
)

// A decision is one thing to be decided and recorded once: by a function on an
// event, by a command, by an effect's outcome or by a deadline.
type decision struct {
	id       string // the identity of the record it becomes
	function *Function
	stream   string // where it is decided
	cause    Recorded
	command  *storedCommand
	actor    string
	// decide returns the events, given the state of the stream. An error of it
	// is the function's.
	decide func(state any) ([]Event, error)
}

// settle decides and records d, once for ever: if the log has its record
// already, that one is returned, and repeated is set. It reads the head, asks
// for the decision, and commits on condition that the head has not moved;
// otherwise it starts again.
func (s *System) settle(ctx context.Context, d decision) (b body, repeated bool, err error) {
	leave, err := s.enter(ctx, d.stream)
	if err != nil {
		return body{}, false, err
	}
	defer leave()
	err = s.again(ctx, d.function.name+" on "+d.stream, func() error {
		b, err = s.attempt(ctx, d)
		if err == nil {
			return nil
		}
		var stored body
		if stored, repeated, err = s.stored(ctx, d.id, err); repeated {
			b = stored
		}
		return err
	})
	return b, repeated, err
}

// stored looks for the record of a decision whose attempt ended with cause. A
// record that exists wins over a conflict and over the function's error: the
// decision was made before, on an older state.
func (s *System) stored(ctx context.Context, id string, cause error) (b body, found bool, err error) {
	if !errors.Is(cause, driver.ErrConflict) && faultOf(cause) == nil {
		return body{}, false, cause
	}
	b, found, err = s.lookup(ctx, id)
	if err == nil && !found {
		err = cause
	}
	return b, found, err
}

// lookup returns the body of the record with an identity, if the log has it.
func (s *System) lookup(ctx context.Context, id string) (b body, found bool, err error) {
	r, err := s.platform.Log.Record(ctx, id)
	switch {
	case errors.Is(err, driver.ErrNotFound):
		return body{}, false, nil
	case err != nil:
		return body{}, false, fmt.Errorf("flow: record %s: %w", id, err)
	}
	b, err = readBody(r)
	return b, err == nil, err
}

// attempt decides once and commits once.
func (s *System) attempt(ctx context.Context, d decision) (body, error) {
	head, err := s.platform.Log.Head(ctx, d.stream)
	if err != nil {
		return body{}, fmt.Errorf("flow: head of %s: %w", d.stream, err)
	}
	state, err := s.load(ctx, head)
	if err != nil {
		return body{}, err
	}
	if err := s.reach(ctx, PointRead); err != nil {
		return body{}, err
	}
	out, err := decideSafely(d, state)
	if err != nil {
		return body{}, &functionError{function: d.function.name, err: err}
	}
	if err := s.reach(ctx, PointDecided); err != nil {
		return body{}, err
	}
	b, commit, err := s.compose(d, head, state, out)
	if err != nil {
		return body{}, err
	}
	if err := s.platform.Log.Commit(ctx, commit); err != nil {
		return body{}, commitError(d, err)
	}
	return b, s.reach(ctx, PointCommitted)
}

// commitError names the stream; an outcome that is too large is the function's
// fault, since no later attempt can be smaller.
func commitError(d decision, err error) error {
	err = fmt.Errorf("flow: append %s: %w", d.stream, err)
	if errors.Is(err, driver.ErrTooLarge) {
		return &functionError{function: d.function.name, err: Reject(err)}
	}
	return err
}

// decideSafely turns a panic of the user's function into an error.
func decideSafely(d decision, state any) (out []Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panicked: %v", r)
		}
	}()
	return d.decide(state)
}

// load returns the state that a head holds, folded again from the log when its
// type has changed since.
func (s *System) load(ctx context.Context, head driver.Head) (any, error) {
	agg := s.index.aggregates[streamNamespace(head.Stream)]
	switch {
	case agg == nil:
		return nil, nil //nolint:nilnil // a stream without an aggregate has no state
	case head.Seq == 0:
		return agg.zero, nil
	case head.Shape != agg.shape():
		return s.refoldState(ctx, agg, head)
	}
	state, err := agg.decode(head.State)
	if err != nil {
		return nil, fmt.Errorf("flow: state of %s: %w", head.Stream, err)
	}
	return state, nil
}

func (s *System) refoldState(ctx context.Context, agg *aggregate, head driver.Head) (any, error) {
	state := agg.zero
	for r, err := range events(s.platform.Log.Stream(ctx, head.Stream, 1, head.Seq)) {
		if err != nil {
			return nil, err
		}
		if state, err = s.index.fold(agg, state, r); err != nil {
			return nil, fmt.Errorf("flow: fold %s: %w", head.Stream, err)
		}
	}
	return state, nil
}

// fold returns the state of a stream after a stored event.
func (x *index) fold(agg *aggregate, state any, r Recorded) (any, error) {
	err := x.codec.each(r.Type, r.Version, r.Data, func(e Event) (err error) {
		if Namespace(e.Type()) == streamNamespace(r.Stream) { // what it was split into may be another's
			state, err = agg.evolve(state, e)
		}
		return err
	})
	return state, err
}

// evolved returns the state after events, in JSON, and its shape.
func (s *System) evolved(stream string, state any, events []Event) (data []byte, shape string, err error) {
	agg := s.index.aggregates[streamNamespace(stream)]
	if agg == nil {
		return nil, "", nil
	}
	if state, err = agg.fold(state, events); err != nil {
		return nil, "", fmt.Errorf("flow: evolve %s: %w", stream, err)
	}
	if data, err = json.Marshal(state); err != nil {
		return nil, "", fmt.Errorf("flow: state of %s: %w", stream, err)
	}
	return data, agg.shape(), nil
}
