package flow

import (
	"context"
	"fmt"
)

// Effect binds a function that calls the outside because of an event. It
// returns the outcome as events, all for one stream. It may be called more than
// once for one event, always with the same IdempotencyKey, which it passes on; one
// outcome is recorded, and no replay ever calls it.
//
// An error means that there is no outcome yet: the effect is tried again. An
// outcome that is bad news ("payment failed") is an event, not an error.
func Effect[In, Out Event](name string, call func(context.Context, In) ([]Out, error)) Function {
	var in In
	f := newFunction(name, KindEffect, callerPlace(), in)
	f.effect = func(ctx context.Context, e Event) ([]Event, error) {
		out, err := call(ctx, as[In](e))
		return widen(out), err
	}
	return f
}

type idempotencyKey struct{}

// IdempotencyKey returns the identity of the effect that runs with ctx: 32
// hexadecimal digits, the same for every attempt and different for every other
// (function, event). It is empty outside of an effect.
func IdempotencyKey(ctx context.Context) string {
	key, _ := ctx.Value(idempotencyKey{}).(string)
	return key
}

// Call calls an effect as the engine would, with an idempotency key: for tests
// of effects. It records nothing.
func (f Function) Call(ctx context.Context, key string, e Event) ([]Event, error) {
	if f.kind != KindEffect {
		return nil, fmt.Errorf("flow: %s is no effect", f.name)
	}
	return callSafely(withIdempotencyKey(ctx, key), f.timeout, func(ctx context.Context) ([]Event, error) { return f.effect(ctx, e) })
}

// withIdempotencyKey returns the context in which an effect runs.
func withIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}
