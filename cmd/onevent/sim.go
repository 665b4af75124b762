package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions/drill"
)

const simHelp = `onevent sim                               one seed, with its faults
onevent sim -seeds 1000                   a thousand
onevent sim -seeds 200 -store sqlite      on the store of the embedded platform
onevent sim -seeds 50 -profile storm      with much of everything
onevent sim -seed 4711 -v                 one seed again, told step by step

It runs the application with the real engine and a store, in virtual time, while
messages are lost, doubled and delayed for days, calls fail, processes die at any
step, stand still and go on, and clocks jump. What is promised is checked after
each step and, when all is at rest, over the whole log. A seed that breaks a
promise is repeated with fewer orders and fewer faults, and its story is told. One
seed always gives the same run, as long as the program is the same.

Exit code 1 means that a promise was broken, or that -floor was not reached.`

// simulate runs the application under the deterministic simulation.
func simulate(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	var m sim.Many
	floor, verbose := 0, false
	f.IntVar(&m.Seeds, "seeds", 1, "how many `seeds` to run")
	f.Uint64Var(&m.Seed, "seed", 1, "the first `seed`")
	f.StringVar(&m.Profile, "profile", "swarm", "how much goes wrong: swarm, storm or calm")
	f.StringVar(&m.Store, "store", "memory", "memory, or sqlite")
	f.IntVar(&m.Size, "orders", 40, "`orders` in each seed")
	f.IntVar(&m.Workers, "workers", 0, "seeds at once (default one for each CPU)")
	f.IntVar(&floor, "floor", 0, "fail if a fault or a rare path was reached less than `N` times")
	f.BoolVar(&verbose, "v", false, "tell how often each fault and path was reached; of one seed, every step")
	return func(ctx context.Context, words []string) error {
		switch {
		case len(words) > 0:
			return usageError("unexpected word %q; onevent sim -h shows how", words[0])
		case m.Seeds < 1 || m.Size < 1 || m.Workers < 0 || floor < 0:
			return usageError("-seeds and -orders are at least 1, -workers and -floor not negative")
		}
		return p.simulate(ctx, m, floor, verbose)
	}
}

func (p *program) simulate(ctx context.Context, m sim.Many, floor int, verbose bool) error {
	if p.colour { // it is a terminal
		shown := time.Now()
		m.Progress = func(s sim.Summary) {
			if time.Since(shown) > 200*time.Millisecond || s.Seeds == m.Seeds {
				shown = time.Now()
				fmt.Fprintf(p.err, "\r\x1b[K%d of %d seeds, %d events, %d faults", s.Seeds, m.Seeds, s.Events, s.Strikes)
			}
		}
		defer fmt.Fprint(p.err, "\r\x1b[K")
	}
	sum, err := sim.RunMany(ctx, drill.Scenario(), m)
	if m.Progress != nil {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(p.out, sum)
	if faults := sum.Faults(); faults != "" {
		fmt.Fprintln(p.out, "faults:", faults)
	}
	if verbose && m.Seeds > 1 {
		fmt.Fprint(p.out, sum.Reached())
	}
	if sum.Failed != nil {
		return p.tellFailure(ctx, m, sum)
	}
	if verbose && m.Seeds == 1 && err == nil {
		return p.tellSteps(ctx, m.Options)
	}
	if missing := sum.Unreached(floor); len(missing) > 0 && floor > 0 {
		return fmt.Errorf("reached less than %d times: %q", floor, missing)
	}
	if err != nil {
		return errors.New("interrupted; no promise was broken so far")
	}
	fmt.Fprintln(p.out, "every promise held")
	return nil
}

// tellFailure looks for the shortest run that breaks the promise, and tells it.
func (p *program) tellFailure(ctx context.Context, m sim.Many, sum sim.Summary) error {
	o := m.Options
	o.Seed = sum.Failed.Seed
	fmt.Fprintf(p.out, "\nseed %d: %v\n", o.Seed, sum.Failed.Violation)
	fmt.Fprintf(p.out, "again:  onevent sim -seed %d -profile %s -store %s -orders %d\n\n", o.Seed, m.Profile, m.Store, m.Size)
	fmt.Fprintln(p.err, "looking for the shortest run that breaks the promise …")
	story, err := sim.Shrink(ctx, drill.Scenario(), o)
	if err != nil {
		return err
	}
	if story != nil {
		fmt.Fprint(p.out, story)
	}
	return fmt.Errorf("a promise was broken: %s, seed %d", sum.Failed.Violation.Promise, o.Seed)
}

// tellSteps tells one seed step by step.
func (p *program) tellSteps(ctx context.Context, o sim.Options) error {
	lines, err := sim.Tell(ctx, drill.Scenario(), o)
	for _, line := range lines {
		fmt.Fprintln(p.out, line)
	}
	return err
}
