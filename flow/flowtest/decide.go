package flowtest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
)

// A Decision is a test of one decision: Given, When, then one of the Then
// methods.
type Decision[S flow.State[S, Out], In any, Out flow.Event] struct {
	t      testing.TB
	decide func(S, In) ([]Out, error)
	state  S
	in     In
}

// Decide begins a test of a function on an event or command, given as the method
// expression that is bound, as in Account.OnOrderCreated.
func Decide[S flow.State[S, Out], In any, Out flow.Event](t testing.TB, decide func(S, In) ([]Out, error)) *Decision[S, In, Out] {
	t.Helper()
	return &Decision[S, In, Out]{t: t, decide: decide}
}

// Given folds the events that happened before.
func (d *Decision[S, In, Out]) Given(events ...Out) *Decision[S, In, Out] {
	d.t.Helper()
	for _, e := range events {
		d.state = Evolve(d.t, d.state, e)
	}
	return d
}

// When sets what is decided on.
func (d *Decision[S, In, Out]) When(in In) *Decision[S, In, Out] {
	d.in = in
	return d
}

// Then fails the test unless exactly these events are decided, in this order.
func (d *Decision[S, In, Out]) Then(want ...Out) {
	d.t.Helper()
	got, err := d.run()
	if err != nil {
		d.t.Fatalf("decided the error %q, want %s", err, show(want))
	}
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		d.t.Fatalf("decided\n  %s\nwant\n  %s\nin the state\n  %s", show(got), show(want), show(d.state))
	}
}

// ThenNothing fails the test unless nothing is decided.
func (d *Decision[S, In, Out]) ThenNothing() {
	d.t.Helper()
	d.Then()
}

// ThenRefused fails the test unless the command is refused with a code.
func (d *Decision[S, In, Out]) ThenRefused(code string) {
	d.t.Helper()
	got, err := d.run()
	var refusal *flow.Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		d.t.Fatalf("decided %s and the error %v, want the refusal %q", show(got), err, code)
	}
}

// ThenError fails the test unless an error is returned that contains text.
func (d *Decision[S, In, Out]) ThenError(text string) {
	d.t.Helper()
	got, err := d.run()
	if err == nil || !strings.Contains(err.Error(), text) {
		d.t.Fatalf("decided %s and the error %v, want an error that contains %q", show(got), err, text)
	}
}

// run decides twice, on the state and on a stored copy of it, and fails the test
// if that makes a difference.
func (d *Decision[S, In, Out]) run() ([]Out, error) {
	d.t.Helper()
	before := show(d.state)
	out, err := d.decide(d.state, d.in)
	if after := show(d.state); after != before {
		d.t.Fatalf("the decision changed the state from\n  %s\nto\n  %s", before, after)
	}
	again, errAgain := d.decide(stored(d.t, d.state), d.in)
	if show(out) != show(again) || (err == nil) != (errAgain == nil) {
		d.t.Fatalf("decided\n  %s (%v)\nand on the same state, stored and read back,\n  %s (%v)", show(out), err, show(again), errAgain)
	}
	return out, err
}

// Evolve returns the state after an event, and fails the test if Evolve changes
// its receiver, or if the new state does not survive being stored.
func Evolve[S flow.State[S, E], E flow.Event](t testing.TB, state S, e E) S {
	t.Helper()
	before := show(state)
	next := state.Evolve(e)
	if after := show(state); after != before {
		t.Fatalf("Evolve(%s) changed its receiver from\n  %s\nto\n  %s", e.Type(), before, after)
	}
	if a, b := show(next), show(stored(t, next)); a != b {
		t.Fatalf("the state\n  %s\nread back after it was stored is\n  %s", a, b)
	}
	return next
}

func stored[S any](t testing.TB, state S) S {
	t.Helper()
	data, err := json.Marshal(state)
	if err != nil {
		t.Fatalf("the state can't be stored: %v", err)
	}
	var copied S
	if err := json.Unmarshal(data, &copied); err != nil {
		t.Fatalf("the state can't be read back: %v", err)
	}
	return copied
}

// show returns a value as a person reads it: a slice of events with their wire
// names, anything else as JSON.
func show(v any) string {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice && r.Type().Elem().Implements(reflect.TypeFor[flow.Event]()) {
		lines := make([]string, r.Len())
		for i := range lines {
			lines[i] = showEvent(r.Index(i).Interface())
		}
		return "[" + strings.Join(lines, ", ") + "]"
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func showEvent(v any) string {
	e, ok := v.(flow.Event)
	if !ok {
		return "nil"
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err.Error()
	}
	text := e.Type() + " " + string(data)
	if d, ok := e.(interface{ Delay() time.Duration }); ok && d.Delay() > 0 {
		text += " after " + d.Delay().String()
	}
	return text
}
