package flow

import (
	"context"
	"slices"
)

// A Handling is one attempt of a function at one input, as middleware sees it.
type Handling struct {
	// Function and Kind say who handles.
	Function string
	Kind     Kind
	// Event is what is handled. For a command, Type is its wire name, Data its
	// JSON and Actor who sent it; the rest is empty.
	Event Recorded
	// Attempt counts the broker's deliveries, from 1; 0 where it is not known.
	Attempt int
	// Emitted is what the log holds of the outcome, set when the handling
	// succeeded. It is empty for views.
	Emitted []Recorded
	// Repeated is set when the outcome was there before.
	Repeated bool

	key string // of a command: its idempotency key
}

// A Handler handles. Its error is the function's, or the platform's.
type Handler func(ctx context.Context, h *Handling) error

// A Middleware wraps a handler: for logs, traces, measurements. It must call
// next once, with the same Handling; or it returns [Reject] of an error, so that
// the function never sees the event.
type Middleware func(next Handler) Handler

// wrap returns the handler with the middleware around it, the first outermost.
func wrap(h Handler, middleware []Middleware) Handler {
	for _, m := range slices.Backward(middleware) {
		h = m(h)
	}
	return h
}
