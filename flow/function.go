package flow

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A Kind says what sort of function a Function is.
type Kind string

// The kinds of functions.
const (
	KindOn      Kind = "on"      // decides on one event
	KindCommand Kind = "command" // decides on one command
	KindWebhook Kind = "webhook" // records what somebody outside tells
	KindEffect  Kind = "effect"  // calls the outside because of one event
	KindView    Kind = "view"    // folds events into documents
	KindTally   Kind = "tally"   // adds events up into documents
	KindTap     Kind = "tap"     // turns events into work for others
)

// onEvents says whether functions of the kind get messages.
func (k Kind) onEvents() bool { return k != KindCommand && k != KindWebhook }

// A Function is one deployable unit, made by On, Command, Effect, View or Tally.
// It is a plain value; its methods return changed copies.
type Function struct {
	name     string
	kind     Kind
	place    place
	inputs   []Event // zero values: one, or for views one for each event they tap
	emits    []Event // zero values
	attempts int
	timeout  time.Duration

	state   *aggregate                                                   // On, Command
	target  func(in Event) string                                        // On, Command: the key of the deciding stream
	decide  func(state any, in Event) ([]Event, error)                   // On, Command
	parse   func(data []byte) (Event, error)                             // Command
	verify  Verifier                                                     // Webhook
	receive func(id string, body []byte) (Event, error)                  // Webhook
	effect  func(ctx context.Context, in Event) (out []Event, err error) // Effect
	view    *projection                                                  // View, Tally
	tap     func(ctx context.Context, r Recorded) ([]Event, error)       // Tap
}

// defaultAttempts is how often a function that fails is tried before its event
// is parked; defaultTimeout is how long it may take.
const (
	defaultAttempts = 10
	defaultTimeout  = 30 * time.Second
)

// Emits returns the function with the events that it may emit, each given by its
// zero value. All are of one namespace: that of the stream on which the function
// decides. It is required of On, Command and Effect; emitting anything else is
// an error that parks the event.
func (f Function) Emits(zero ...Event) Function {
	f.emits = slices.Concat(f.emits, zero)
	return f
}

// Attempts returns the function with the number of times that it is tried
// before its event is parked, at least 1. The default is 10.
func (f Function) Attempts(n int) Function {
	f.attempts = max(n, 1)
	return f
}

// Timeout returns the function with the time that one attempt may take. The
// default is 30 seconds. Brokers allow 10 seconds to 10 minutes.
func (f Function) Timeout(d time.Duration) Function {
	f.timeout = d
	return f
}

// Name returns the function's name, which is unique.
func (f Function) Name() string { return f.name }

// Kind returns which sort of function it is.
func (f Function) Kind() Kind { return f.kind }

// Place returns where in the source the function was bound, as "dir/dir/file:line".
func (f Function) Place() string { return f.place.String() }

// Inputs returns the wire names of what it takes: one event, one command, or all
// events that a view taps.
func (f Function) Inputs() []string { return typesOf(f.inputs) }

// Outputs returns the wire names of the events that it may emit.
func (f Function) Outputs() []string { return typesOf(f.emits) }

// Input returns the zero value of what a function of one input takes.
func (f Function) Input() Event { return f.inputs[0] }

func typesOf(events []Event) []string {
	types := make([]string, len(events))
	for i, e := range events {
		types[i] = e.Type()
	}
	return types
}

// newFunction returns a function bound where its constructor was called.
func newFunction(name string, kind Kind, at place, inputs ...Event) Function {
	return Function{name: name, kind: kind, place: at, inputs: inputs, attempts: defaultAttempts, timeout: defaultTimeout}
}

// On binds a function to an event: decide is called with the state of the
// stream that key names, and the event, and returns the events to record on
// that stream. It is pure and total, as Evolve is: the engine may call it any
// number of times, and records one outcome for ever. Returning no events is a
// decision too. An error means that it could not decide: see Retry and Reject.
//
// The deciding stream is in the namespace of the emitted events.
func On[In Event, S State[S, Out], Out Event](name string, key func(In) string, decide func(S, In) ([]Out, error)) Function {
	var in In
	f := newFunction(name, KindOn, callerPlace(), in)
	f.state = newAggregate[S, Out]()
	f.target = func(e Event) string { return key(as[In](e)) }
	f.decide = erase(decide)
	return f
}

// as returns an event as the type that a function was bound to. The engine
// hands functions nothing else.
func as[E Event](e Event) E {
	event, ok := e.(E)
	if !ok {
		panic(fmt.Sprintf("flow: %T handed to a function on %T", e, event))
	}
	return event
}

func erase[In Event, S State[S, Out], Out Event](decide func(S, In) ([]Out, error)) func(any, Event) ([]Event, error) {
	return func(state any, in Event) ([]Event, error) {
		s, ok := state.(S)
		if !ok {
			panic(fmt.Sprintf("flow: %T handed to a function on %T", state, s))
		}
		out, err := decide(s, as[In](in))
		return widen(out), err
	}
}

func widen[E Event](events []E) []Event {
	wide := make([]Event, len(events))
	for i, e := range events {
		wide[i] = e
	}
	return wide
}
