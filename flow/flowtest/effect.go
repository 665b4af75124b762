package flowtest

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
)

// EffectKey is the idempotency key with which effects are called in tests.
const EffectKey = "0123456789abcdef0123456789abcdef"

// An EffectTest is a test of an effect: When, then one of the Then methods.
type EffectTest struct {
	t      testing.TB
	effect flow.Function
	in     flow.Event
}

// Effect begins a test of an effect, which is called with EffectKey.
func Effect(t testing.TB, effect flow.Function) *EffectTest {
	t.Helper()
	return &EffectTest{t: t, effect: effect}
}

// When sets the event.
func (e *EffectTest) When(in flow.Event) *EffectTest {
	e.in = in
	return e
}

// Then fails the test unless the effect's outcome is exactly these events.
func (e *EffectTest) Then(want ...flow.Event) {
	e.t.Helper()
	got, err := e.effect.Call(e.t.Context(), EffectKey, e.in)
	if err != nil {
		e.t.Fatalf("effect %s: %v, want %s", e.effect.Name(), err, show(want))
	}
	if show(got) != show(want) {
		e.t.Fatalf("effect %s:\n  %s\nwant\n  %s", e.effect.Name(), show(got), show(want))
	}
}

// ThenError fails the test unless there is no outcome yet, with an error that
// contains text.
func (e *EffectTest) ThenError(text string) {
	e.t.Helper()
	got, err := e.effect.Call(e.t.Context(), EffectKey, e.in)
	if err == nil || !strings.Contains(err.Error(), text) {
		e.t.Fatalf("effect %s: %s and the error %v, want an error that contains %q", e.effect.Name(), show(got), err, text)
	}
}
