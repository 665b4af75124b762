package sim

import (
	"context"
	"time"
)

// A life is a context that ends in virtual time.
type life struct {
	context.Context //nolint:containedctx // it is one

	over error
}

// Deadline returns a time in the past: so nobody sets a timer in real time who wants
// a context that ends earlier.
func (*life) Deadline() (time.Time, bool) { return time.Unix(0, 0), true }

// Err returns why it has ended.
func (l *life) Err() error { return l.over }

// mortal returns a context that ends when its actor goes on after too long a time,
// if it is one that heeds that, and the function that lets go of it.
func (w *World) mortal(ctx context.Context, most time.Duration) (_ context.Context, end func()) {
	a := actorOf(ctx)
	base, cancel := context.WithCancel(ctx)
	l := &life{Context: base}
	dies := w.now + most.Microseconds()
	a.onTurn = func() {
		if l.over == nil && w.now >= dies && w.strikes(Expire, moment{a.hash, 0}) {
			w.trace.note(w, a, "context", "has ended")
			l.over = context.DeadlineExceeded
			cancel()
		}
	}
	return l, func() {
		a.onTurn = nil
		cancel()
	}
}
