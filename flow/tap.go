package flow

import (
	"context"
	"fmt"
)

// Tap binds a function to all events of a catalogue without taking them from their
// functions: like a view it does not count as the one function of an event, and may
// tap those that end a flow. It turns events into work for others, as in sending them
// to whoever asked for them.
//
// Otherwise it is like an Effect: it may wait, it is called at least once for each
// event, always with the same IdempotencyKey, and its outcome, events of one stream
// or none, is recorded once; no replay calls it. It gets events as they are stored,
// of whatever version, since it is not for it to understand them. It must not tap
// events of the namespace that it emits.
func Tap[Out Event](name string, on Catalogue, call func(context.Context, Recorded) ([]Out, error)) Function {
	f := newFunction(name, KindTap, callerPlace())
	for _, e := range on.entries {
		f.inputs = append(f.inputs, e.event)
	}
	f.tap = func(ctx context.Context, r Recorded) ([]Event, error) {
		out, err := call(ctx, r)
		return widen(out), err
	}
	return f
}

// tapped calls a tap unless its outcome is recorded, and records the outcome.
func (s *System) tapped(ctx context.Context, f *Function, h *Handling) error {
	if !f.takesType(h.Event.Type) {
		return &functionError{function: f.name, err: Reject(fmt.Errorf("does not tap %s", h.Event.Type))}
	}
	return s.outcome(ctx, f, h, streamKey(h.Event.Stream), func(ctx context.Context) ([]Event, error) { return f.tap(ctx, h.Event) })
}

func (c *check) tap(f Function) {
	if len(f.inputs) == 0 {
		c.add("tap %s (%s) taps no event", f.name, f.place)
	}
	for _, e := range f.inputs {
		if Namespace(e.Type()) == f.namespace() {
			c.add("tap %s (%s) taps %s and emits events of its namespace: it would never end", f.name, f.place, e.Type())
		}
	}
}
