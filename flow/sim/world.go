package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A World is one run of a scenario.
type World struct {
	scenario Scenario
	options  Options
	profile  Profile
	seed     uint64
	rates    [faults]float64
	watch    flow.Watch
	base     driver.Platform
	ctx      context.Context //nolint:containedctx // of the base, which is never interrupted

	epoch    time.Time
	now      int64 // microseconds since epoch
	ready    queue
	sleeping queue
	idle     []*routine
	actors   int
	over     bool // nothing counts any more
	steps    int
	numbers  int

	nodes       []*node
	workers     int
	tickEvery   time.Duration
	maxAttempts int
	broker      *broker
	ledger      *ledger
	invariants  []Invariant
	outages     []outage

	calm      bool // no faults any more
	looking   bool // nobody may call the outside
	clients   int  // at work
	calls     int  // of the outside
	trace     *trace
	struck    []strike
	coverage  map[string]int
	violation *Violation
}

// An outage is when a part of the outside does not answer.
type outage struct {
	name     uint64 // salt: which part
	from, to int64
}

// Now returns the world's time.
func (w *World) Now() time.Time { return w.epoch.Add(w.elapsed()) }

func (w *World) elapsed() time.Duration { return time.Duration(w.now) * time.Microsecond }

func (w *World) cover(what string) { w.coverage[what]++ }

// violate notes the first thing that must not be.
func (w *World) violate(promise, flow, format string, args ...any) {
	if w.violation != nil {
		return
	}
	w.violation = &Violation{Promise: promise, Text: fmt.Sprintf(format, args...), Flow: flow, At: w.elapsed()}
	w.trace.about(w, nil, "violation", flow, promise+": "+w.violation.Text)
}

// newWorld sets up the world of a seed.
func newWorld(s Scenario, o Options, p Profile, base driver.Platform) *World {
	w := &World{
		scenario: s, options: o, profile: p, seed: o.Seed, rates: p.draw(o.Seed), base: base, ctx: context.Background(),
		epoch: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC), ready: queue{before: byPriority}, sleeping: queue{before: byTime},
		trace: newTrace(o.story), coverage: map[string]int{},
	}
	r := newRand(w.seed, saltNode)
	w.workers = 2 + r.IntN(max(p.Workers-1, 1))
	w.tickEvery = time.Second + time.Duration(r.IntN(60))*time.Second
	w.maxAttempts = 5 + r.IntN(25)
	w.nodes = make([]*node, 1+r.IntN(max(p.Nodes, 1)))
	healing := p.Healing && r.IntN(4) == 0
	w.watch = flow.Watch{Grace: -1, StallAfter: -1, PauseAfter: 3}
	if healing {
		// The clocks of two processes may be 2 hours apart.
		w.watch = flow.Watch{Grace: 3 * time.Hour, StallAfter: 6 * time.Hour, PauseAfter: 3}
	} else {
		w.rates[Lose] = 0
	}
	app := s.App(w, 1)
	system, err := flow.New(app, w.inspection())
	if err != nil {
		panic(fmt.Sprintf("sim: %v", err))
	}
	w.broker = newBroker(w, system.Subscriptions())
	w.ledger = newLedger(w, app.Functions)
	if s.Invariants != nil {
		w.invariants = s.Invariants(w)
	}
	for place := range w.nodes {
		w.start(place, 1)
	}
	w.disasters()
	return w
}

// disasters plans outages of the outside, and the loss of messages.
func (w *World) disasters() {
	r := newRand(w.seed, saltOff)
	if w.rates[Outage] > 0 {
		for range 1 + r.IntN(3) {
			from := int64(r.IntN(2 * int(time.Hour.Microseconds())))
			w.outages = append(w.outages, outage{name: r.Uint64(), from: from, to: from + int64(r.IntN(int(time.Hour.Microseconds())))})
			w.cover(Outage.String())
		}
	}
	if w.rates[Lose] == 0 {
		return
	}
	for i := range 5 + r.IntN(20) {
		w.spawn(fmt.Sprint("disaster ", i), nil, time.Duration(r.IntN(int(2*time.Hour))), func(ctx context.Context) {
			if name, ok := w.broker.waitingFor(r.Uint64()); ok && !w.calm {
				w.cover(Lose.String())
				w.trace.note(w, actorOf(ctx), "lost", "all messages for "+name)
				w.broker.lose(name)
			}
		})
	}
}

// failsFor says whether a part of the outside has an outage.
func (w *World) failsFor(name string) bool {
	if w.calm {
		return false
	}
	for _, o := range w.outages {
		if o.from <= w.now && w.now < o.to && mix(o.name, hashOf(name))%2 == 0 {
			return true
		}
	}
	return false
}

// nodeFor returns a living process with a free hand, nil if there is none. Who
// needs no hand, as a client, has more than any.
func (w *World) nodeFor(m moment, hands int) *node {
	first := int(mix(w.seed, m.who, m.step, saltNode) % uint64(len(w.nodes))) //nolint:gosec // few nodes
	for i := range w.nodes {
		if n := w.nodes[(first+i)%len(w.nodes)]; n != nil && !n.dead && n.hands < hands {
			return n
		}
	}
	return nil
}

// tellInvariants shows the events of a record to the invariants.
func (w *World) tellInvariants(r stored) {
	for i, e := range r.Events {
		recorded := flow.Recorded{
			ID: fmt.Sprintf("%s-%d", r.ID, i), Type: e.Type, Stream: r.Stream, Seq: r.Seq + uint64(i), Time: r.Time,
			Function: r.Function, Cause: r.Cause, Correlation: r.Correlation, Actor: r.Actor, Data: json.RawMessage(e.Data),
		}
		for _, v := range w.invariants {
			if err := v.Event(recorded); err != nil {
				w.violate("P5", r.Correlation, "%v", err)
			}
		}
	}
}

// inspection is a platform to look at what there is: nothing may be published, and
// the outside may not be called.
func (w *World) inspection() driver.Platform {
	p := w.base
	p.Publisher, p.Clock, p.Random = silent{w}, silent{w}, &bytesOf{newRand(1)}
	return p
}

// silent is a broker to which nobody may publish.
type silent struct{ w *World }

// Publish implements driver.Publisher.
func (s silent) Publish(_ context.Context, messages ...driver.Message) error {
	s.w.violate("P6", "", "%s was published by somebody who only looks", messages[0].ID)
	return errFailed
}

// Now implements driver.Clock.
func (s silent) Now() time.Time { return s.w.Now() }

// Sleep implements driver.Clock.
func (silent) Sleep(context.Context, time.Duration) error { return nil }
