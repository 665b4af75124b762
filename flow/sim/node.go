package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A node is one life of a process: it begins with a new System, and ends with a
// crash, after which nothing that it still does has an effect.
type node struct {
	w           *World
	place, life int
	version     int
	dead        bool
	system      *flow.System
	skew        time.Duration // of its clock
	latest      driver.Time   // that its clock has shown
	hands       int           // messages at work
	boxes       map[string]*box
	random      *bytesOf
}

var (
	errDead    = errors.New("sim: the process died")
	errFailed  = errors.New("sim: the call failed")
	errUnknown = errors.New("sim: the answer was lost")
)

// start begins the next life of a process.
func (w *World) start(place, life int) {
	h := mix(w.seed, uint64(place), uint64(life), saltNode) //nolint:gosec // both are small
	n := &node{
		w: w, place: place, life: life, version: 1, boxes: map[string]*box{},
		random: &bytesOf{newRand(h)},
	}
	if w.profile.Versions && unit(mix(h, 1)) < 0.5 {
		n.version = 2
	}
	n.skew = within(mix(h, 2), 2*w.profile.Skew) - w.profile.Skew
	app := w.scenario.App(w, n.version)
	app.Version, app.Watch = fmt.Sprint("v", n.version), w.watch
	var err error
	if n.system, err = flow.New(app, n.platform(), n.tell); err != nil {
		panic(err) // RunSeed has made one before
	}
	w.nodes[place] = n
	w.spawn(fmt.Sprintf("tick %d.%d", place, life), n, within(mix(h, 3), w.tickEvery), n.ticks)
}

// crash ends a node's life. Another begins some time later.
func (n *node) crash(a *actor) {
	if n.dead {
		return
	}
	n.dead = true
	w := n.w
	w.trace.note(w, a, "crash", fmt.Sprintf("node %d.%d dies", n.place, n.life))
	for _, b := range n.boxes {
		b.wakeAll(w)
	}
	w.broker.lost(n)
	w.spawn(fmt.Sprintf("start %d.%d", n.place, n.life+1), nil, within(w.amount(Crash, a.moment()), time.Minute), func(context.Context) {
		if !w.over {
			w.start(n.place, n.life+1) //nolint:contextcheck // a life of its own
		}
	})
}

// ticks looks at the agenda again and again.
func (n *node) ticks(ctx context.Context) {
	w, a := n.w, actorOf(ctx)
	wait := w.tickEvery
	for !n.dead {
		if w.strikes(Jump, moment{a.hash, a.steps / 8}) {
			n.skew = within(w.amount(Jump, a.moment()), 2*time.Hour) - time.Hour
			w.trace.note(w, a, "clock", fmt.Sprintf("the clock is %v off", n.skew.Round(time.Second)))
		}
		ticked, err := n.system.Tick(ctx)
		if err == nil {
			w.coverTick(ticked)
		}
		// When nobody uses the application any more, time is only spent where
		// something happens.
		if wait = min(2*wait, time.Hour); w.clients > 0 || err != nil || ticked != (flow.Ticked{}) {
			wait = w.tickEvery
		}
		if !ticked.More || err != nil {
			w.stop(a, wait)
		}
	}
}

// tell is the middleware that counts what happens.
func (n *node) tell(next flow.Handler) flow.Handler {
	return func(ctx context.Context, h *flow.Handling) error {
		err := next(ctx, h)
		n.w.coverHandling(h, err)
		return err
	}
}

// call is a call of the platform. The actor stops; then the call fails, or may be
// made.
func (n *node) call(ctx context.Context, op string) (*actor, error) {
	a, w := actorOf(ctx), n.w
	if n.dead {
		return a, errDead
	}
	w.stop(a, within(mix(w.seed, a.hash, a.steps, saltKind), maxLatency))
	switch {
	case n.dead:
		return a, errDead
	case w.strikes(Crash, a.moment()):
		w.cover("crash at " + op)
		n.crash(a) //nolint:contextcheck // its context has ended
		return a, errDead
	case w.strikes(Pause, a.moment()):
		w.trace.note(w, a, "pause", "stands still before "+op)
		w.stop(a, time.Minute+within(w.amount(Pause, a.moment()), 10*time.Minute))
		if n.dead {
			return a, errDead
		}
	}
	// A clock may be set at any moment.
	if mix(a.hash, a.steps, saltKind)%512 == 0 && w.strikes(Jump, a.moment()) {
		n.skew = within(w.amount(Jump, a.moment()), 2*time.Hour) - time.Hour
		w.trace.note(w, a, "clock", fmt.Sprintf("the clock is %v off", n.skew.Round(time.Second)))
	}
	return a, ctx.Err()
}

// maxLatency is how long a call takes at the most, when nothing is wrong.
const maxLatency = 5 * time.Millisecond

// read is a call that changes nothing.
func (n *node) read(ctx context.Context, op string) (*actor, error) {
	a, err := n.call(ctx, op)
	if err == nil && n.w.strikes(Fail, a.moment()) {
		n.w.trace.note(n.w, a, op, "fails")
		err = errFailed
	}
	return a, err
}

// write is a call that changes something: do is called, unless it is to fail.
func (n *node) write(ctx context.Context, op string, do func() error) error {
	lived := !n.dead
	a, err := n.call(ctx, op)
	w := n.w
	if lived && errors.Is(err, errDead) && !w.over && w.strikes(Straggle, a.moment()) {
		// It was on its way to the store when the process died.
		w.trace.note(w, a, op, "arrives after the death of its process")
		return errors.Join(errDead, do())
	}
	if err != nil {
		return err
	}
	if w.strikes(Fail, a.moment()) {
		w.trace.note(w, a, op, "fails")
		return errFailed
	}
	if err := do(); err != nil {
		return err
	}
	if w.strikes(Unknown, a.moment()) {
		w.trace.note(w, a, op, "is done, and the answer is lost")
		return errUnknown
	}
	return nil
}

func (n *node) platform() driver.Platform {
	p := driver.Platform{
		Log: simLog{n}, Views: simViews{n}, Agenda: simAgenda{n}, Publisher: publisher{n}, Clock: nodeClock{n},
		Random: n.random, Reach: n.reach,
	}
	if unit(mix(n.w.seed, saltNode)) < 0.5 {
		p.Mailbox = mailbox{n}
	}
	// Half of the worlds have the tick in a process of its own, as the clouds do.
	if unit(mix(n.w.seed, saltNode, 1)) < 0.5 {
		p.Elsewhere = func(string) bool { return true }
	}
	return p
}

// reach is a point between two steps of the algorithm.
func (n *node) reach(ctx context.Context, point string) error {
	n.w.cover("reached " + point)
	_, err := n.call(ctx, point)
	return err
}
