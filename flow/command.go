package flow

import (
	"errors"
	"fmt"

	"github.com/onevent/onevent/flow/internal/strict"
)

// Command binds a function to a command: a request from outside, "namespace.verb",
// sent over HTTP as JSON. Its key names the deciding stream, in the namespace of
// the emitted events. Otherwise it is like On, but nobody tries a command
// again: an error is the answer to who sent it. A refusal is a Refusal; any
// other error is a fault of ours.
//
// A field of C whose JSON tag has neither omitempty nor omitzero is required.
// If C has the method Validate() error, it is called before anything is read.
func Command[C Event, S State[S, Out], Out Event](name string, decide func(S, C) ([]Out, error)) Function {
	var zero C
	f := newFunction(name, KindCommand, callerPlace(), zero)
	f.state = newAggregate[S, Out]()
	f.target = Event.Key
	f.decide = erase(decide)
	f.parse = parse[C]
	return f
}

// Parse reads the body of a command as Execute does: the input, or an
// InvalidError.
func (f Function) Parse(data []byte) (Event, error) {
	if f.parse == nil {
		return nil, fmt.Errorf("flow: %s is no command: %w", f.name, ErrUnknown)
	}
	return f.parse(data)
}

// parse reads a command's JSON strictly: nothing missing, nothing unknown,
// nothing twice.
func parse[C Event](data []byte) (Event, error) {
	var c C
	if problems := strict.Decode(data, &c); len(problems) > 0 {
		return nil, &InvalidError{Problems: problems}
	}
	var invalid []Problem
	if v, ok := any(c).(interface{ Validate() error }); ok {
		err := v.Validate()
		if problems, ok := errors.AsType[*InvalidError](err); ok {
			invalid = problems.Problems
		} else if err != nil {
			return nil, err
		}
	}
	if err := CheckKey(c.Key()); err != nil {
		invalid = append(invalid, Problem{Text: err.Error()})
	}
	if len(invalid) > 0 {
		return nil, &InvalidError{Problems: invalid}
	}
	return c, nil
}
