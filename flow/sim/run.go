package sim

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/memory"
)

// Options say what to simulate. The zero Options run seed 0 of the profile "swarm"
// on memory, with 40 orders.
type Options struct {
	Seed uint64
	// Profile is the name of one of Profiles; empty means "swarm".
	Profile string
	// Store is "memory" or "sqlite"; empty means memory. SQLite works in a
	// folder of its own, which is removed.
	Store string
	// Size says how much is to happen; 0 means 40 orders.
	Size int

	// spared are strikes that are left out, and story keeps the sentences of
	// the trace.
	spared map[strike]bool
	story  bool
}

const (
	defaultSize = 40
	// maxSteps and maxRest bound a run: then it will never come to rest.
	maxSteps = 600_000
	maxRest  = 60 * 24 * time.Hour
)

// A Violation is something that must not be.
type Violation struct { //nolint:errname // the word of those who check
	// Promise is the promise that was broken: "P1" to "P14", or "liveness" if
	// the system never came to rest.
	Promise string
	Text    string
	// Flow is the flow in which it was found; empty if in none.
	Flow string
	// At is when, since the beginning, in virtual time.
	At time.Duration
}

// Error returns the promise and what happened.
func (v *Violation) Error() string {
	return fmt.Sprintf("%s violated at %s: %s", v.Promise, clock(v.At), v.Text)
}

// A Report is what one run found.
type Report struct {
	Seed uint64
	// Violation is nil if everything held.
	Violation *Violation
	// Hash is the SHA-256 of the trace: the same for the same seed, options and
	// program.
	Hash string
	// Steps, Events and Records count, and Elapsed is the virtual time.
	Steps, Events, Records int
	Elapsed                time.Duration
	// Coverage counts faults and rare paths, Strikes the faults together.
	Coverage map[string]int
	Strikes  int

	strikes []strike
	lines   []line
}

// Run runs one seed of a scenario. An error says that it could not be run; what
// the run found is in the report.
func Run(ctx context.Context, s Scenario, o Options) (Report, error) {
	p, err := ProfileOf(o.Profile)
	if err != nil {
		return Report{}, err
	}
	if o.Size <= 0 {
		o.Size = defaultSize
	}
	base, closeBase, err := openStore(ctx, o.Store)
	if err != nil {
		return Report{}, err
	}
	w := newWorld(s, o, p, base) //nolint:contextcheck // nothing in a world waits
	w.run()                      //nolint:contextcheck // as above
	report := w.report()
	w.close()
	return report, closeBase()
}

// Tell runs one seed, and returns what happened in it, a sentence each.
func Tell(ctx context.Context, s Scenario, o Options) (sentences []string, err error) {
	o.story = true
	r, err := Run(ctx, s, o)
	for _, l := range r.lines {
		sentences = append(sentences, l.String())
	}
	return sentences, err
}

// openStore opens an empty store.
func openStore(ctx context.Context, name string) (base driver.Platform, closeBase func() error, err error) {
	switch name {
	case "", "memory":
		m := memory.New()
		return driver.Platform{Log: m, Views: m.Views(), Agenda: m.Agenda()}, func() error { return nil }, nil
	case "sqlite":
		dir, err := os.MkdirTemp(ramFolder(), "onevent-sim-")
		if err != nil {
			return base, nil, fmt.Errorf("sim: %w", err)
		}
		store, err := local.Open(ctx, dir, nil)
		if err != nil {
			return base, nil, errors.Join(err, os.RemoveAll(dir))
		}
		return driver.Platform{Log: store.Log(), Views: store.Views(), Agenda: store.Agenda()},
			func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }, nil //nolint:contextcheck // closing is not to be cut short
	}
	return base, nil, fmt.Errorf("sim: store %q is neither memory nor sqlite", name)
}

// ramFolder returns a folder in memory, where there is one: what power cuts do is
// tested elsewhere.
func ramFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// run runs the world: first with faults, then without until all is at rest, and
// looks at what there is.
func (w *World) run() {
	for _, c := range w.scenario.Clients(w, w.options.Size) {
		w.clients++
		w.spawn("client "+c.Name, nil, c.Begin, func(ctx context.Context) {
			c.Do(&Caller{Rand: w.Rand("client " + c.Name), w: w, ctx: ctx})
			w.clients--
		})
	}
	w.until(func() bool { return w.clients == 0 }, "clients")
	w.accounted()
	w.calm = true
	w.trace.note(w, nil, "calm", "from here on nothing fails")
	w.rest()
	w.look()
}

// until goes on until something is so, or it never will be.
func (w *World) until(so func() bool, what string) {
	limit := w.now + maxRest.Microseconds()
	for w.violation == nil && !so() {
		if w.steps > maxSteps || w.now > limit || !w.step() {
			w.violate("liveness", "", "%s: still waiting after %d steps, with %d messages on their way%s", what, w.steps, w.broker.open, w.stuck())
		}
	}
}

// rest lets everything come to rest, twice: what was parked is redriven once.
func (w *World) rest() {
	w.until(w.quiet, "rest")
	parked := w.parked()
	if len(parked) == 0 || w.violation != nil {
		return
	}
	w.clients++
	w.spawn("operator", nil, 0, func(ctx context.Context) {
		defer func() { w.clients-- }()
		for _, id := range parked {
			n := w.nodes[0]
			for ; n.dead; n = w.nodes[0] {
				w.stop(actorOf(ctx), time.Second)
			}
			if _, err := n.system.Redrive(ctx, id); err != nil && !errors.Is(err, flow.ErrUnknown) {
				w.violate("P5", "", "%s fails though nothing is wrong any more: %v", id, err)
			}
			w.cover("redriven")
		}
	})
	w.until(func() bool { return w.clients == 0 && w.quiet() }, "rest after the redrive")
}

// quiet says whether nothing is left to be done.
func (w *World) quiet() bool {
	if w.broker.open > 0 || len(w.ready.actors) > 0 || w.actors > len(w.nodes) {
		return false
	}
	for _, kind := range []driver.Kind{driver.Outbox, driver.Deadlines, driver.Retries, driver.Paused, driver.Unanswered} {
		for item := range w.base.Agenda.Due(w.ctx, kind, driver.Forever, 0) { //nolint:errcheck // an error is no rest either
			// What was rejected is looked after for ever.
			if _, err := w.base.Agenda.Get(w.ctx, driver.Parked, item.ID); kind != driver.Unanswered || err != nil {
				return false
			}
		}
	}
	return !w.redriving() && (w.watch.Grace < 0 || w.swept())
}

// redriving says whether something that is parked is to be handled soon, by anybody's
// clock: also what is just being handed over.
func (w *World) redriving() bool {
	ahead := time.Hour
	for _, n := range w.nodes {
		ahead = max(ahead, time.Hour+n.skew)
	}
	for range w.base.Agenda.Due(w.ctx, driver.Parked, driver.TimeOf(w.Now().Add(ahead)), 1) { //nolint:errcheck // an error is no rest either
		return true
	}
	return false
}

// swept says whether the engine has looked at the whole log a second time.
func (w *World) swept() bool {
	item, err := w.base.Agenda.Get(w.ctx, driver.Notes, "sweep")
	return err == nil && item.Due > w.ledger.last
}

// parked returns the IDs of what is parked.
func (w *World) parked() (ids []string) {
	for item, err := range w.base.Agenda.Due(w.ctx, driver.Parked, driver.Forever, 0) {
		if err == nil {
			ids = append(ids, item.ID)
		}
	}
	return ids
}

func (w *World) report() Report {
	r := Report{
		Seed: w.seed, Violation: w.violation, Steps: w.steps, Events: len(w.ledger.events), Records: len(w.ledger.records),
		Elapsed: w.elapsed(), Coverage: w.coverage, Strikes: len(w.struck), strikes: w.struck, lines: w.trace.lines,
	}
	r.Hash = w.trace.hash()
	return r
}

// stuck tells what is on the agenda, a few items of each kind.
func (w *World) stuck() string {
	var b strings.Builder
	for _, kind := range driver.Kinds() {
		n := 0
		for item, err := range w.base.Agenda.Due(w.ctx, kind, driver.Forever, 3) {
			if err != nil || n == 3 {
				break
			}
			n++
			fmt.Fprintf(&b, "; %s %s, due %s: %s", kind, item.ID, item.Due, item.Body)
		}
	}
	return b.String()
}
