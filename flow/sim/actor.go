package sim

import (
	"context"
	"iter"
	"time"
)

// An actor is one piece of work that goes on between others: a coroutine.
type actor struct {
	name string
	hash uint64 // of the name
	// steps counts how often it stopped.
	steps uint64
	node  *node // whose work it is; nil for clients

	*routine
	// priority says who goes on first, of those that can.
	priority uint64
	wake     int64 // when it can go on, in microseconds of the world's time
	index    int   // in the queue it waits in
}

type actorKey struct{}

// actorOf returns the actor that works with a context.
func actorOf(ctx context.Context) *actor {
	a, _ := ctx.Value(actorKey{}).(*actor)
	return a
}

// A routine is the coroutine in which an actor works, and after it another: the
// stack that it has grown is worth keeping.
type routine struct {
	next  func() (struct{}, bool)
	end   func()
	yield func(struct{}) bool
	work  func()
}

func newRoutine() *routine {
	r := &routine{}
	r.next, r.end = iter.Pull(func(yield func(struct{}) bool) {
		r.yield = yield
		for yield(struct{}{}) {
			r.work()
			r.work = nil
		}
	})
	r.next()
	return r
}

// spawn starts an actor after a delay. Its name must be its own, and must follow
// from what it does, not from when.
func (w *World) spawn(name string, n *node, delay time.Duration, work func(ctx context.Context)) {
	a := &actor{name: name, hash: hashOf(name), node: n}
	if last := len(w.idle) - 1; last >= 0 {
		a.routine, w.idle = w.idle[last], w.idle[:last]
	} else {
		a.routine = newRoutine()
	}
	a.work = func() { work(context.WithValue(context.Background(), actorKey{}, a)) }
	w.actors++
	w.park(a, delay)
}

// turn lets an actor go on.
func (w *World) turn(a *actor) {
	a.next()
	if a.work == nil {
		w.actors--
		w.idle = append(w.idle, a.routine)
	}
}

// close ends all actors: whatever they still do has no effect, and never waits.
func (w *World) close() {
	w.over = true
	for _, n := range w.nodes {
		n.dead = true
		for _, b := range n.boxes {
			b.wakeAll(w)
		}
	}
	for _, q := range []*queue{&w.ready, &w.sleeping} {
		for len(q.actors) > 0 {
			w.turn(q.pop())
		}
	}
	for _, r := range w.idle {
		r.end()
	}
}

// park lets an actor wait for a time.
func (w *World) park(a *actor, d time.Duration) {
	a.steps++
	a.priority = mix(w.seed, a.hash, a.steps, saltOrder)
	a.wake = w.now + d.Microseconds()
	if a.wake <= w.now {
		w.ready.push(a)
		return
	}
	w.sleeping.push(a)
}

// stop ends an actor's turn until the scheduler picks it again.
func (w *World) stop(a *actor, d time.Duration) {
	if w.over {
		return
	}
	w.park(a, d)
	a.yield(struct{}{})
}

// moment returns when a fault may strike an actor: now.
func (a *actor) moment() moment { return moment{a.hash, a.steps} }

// step lets one actor go on, or time pass. It returns false when nobody will go
// on any more.
func (w *World) step() bool {
	for len(w.sleeping.actors) > 0 && w.sleeping.first().wake <= w.now {
		w.ready.push(w.sleeping.pop())
	}
	w.broker.pump()
	if len(w.ready.actors) == 0 {
		return w.pass()
	}
	a := w.ready.pop()
	w.steps++
	w.now += stepTime
	w.trace.step(a, w.now)
	w.turn(a)
	return true
}

// pass moves the time on to when the next one can go on.
func (w *World) pass() bool {
	next, ok := w.broker.next()
	if len(w.sleeping.actors) > 0 && (!ok || w.sleeping.first().wake < next) {
		next, ok = w.sleeping.first().wake, true
	}
	w.now = max(w.now, next)
	return ok
}

// stepTime is how long a step takes, in microseconds.
const stepTime = 250
