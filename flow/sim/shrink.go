package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Story is a run that violated something, cut down.
type Story struct {
	// Options repeat the run as it was found, before it was cut down.
	Options Options
	// Violation is that of the shortest run, which breaks the same promise.
	Violation Violation
	// Size is how much happens in the shortest run, and Faults are those
	// without which nothing is wrong.
	Size   int
	Faults []string
	lines  []line
	runs   int
}

// maxRuns bounds the search for the shortest run.
const maxRuns = 300

// Shrink looks for the shortest run that breaks the same promise as the seed
// does: less happens, and fewer faults strike. It returns nil if the seed violates
// nothing.
func Shrink(ctx context.Context, s Scenario, o Options) (*Story, error) {
	k := shrinker{ctx: ctx, scenario: s, options: o}
	if k.options.Size <= 0 {
		k.options.Size = defaultSize
	}
	first, err := k.try(nil, k.options.Size)
	if err != nil || first.Violation == nil {
		return nil, err
	}
	k.promise, k.size, k.best = first.Violation.Promise, k.options.Size, first
	for size := 1; size < k.size; size = size*2 + 1 {
		if r, ok := k.fails(nil, size); ok {
			k.size, k.best = size, r
			break
		}
	}
	k.spare(k.best.strikes)
	k.options.spared, k.options.story = k.spared, true
	last, err := k.try(k.spared, k.size)
	if err != nil || last.Violation == nil {
		return nil, err
	}
	story := &Story{Options: o, Violation: *last.Violation, Size: k.size, lines: last.lines, runs: k.runs}
	for _, x := range last.strikes {
		story.Faults = append(story.Faults, x.fault.String())
	}
	return story, nil
}

type shrinker struct {
	ctx      context.Context //nolint:containedctx // of the one search that it is
	scenario Scenario
	options  Options
	promise  string
	size     int
	spared   map[strike]bool
	best     Report
	runs     int
}

// try runs without some strikes.
func (k *shrinker) try(spared map[strike]bool, size int) (Report, error) {
	o := k.options
	o.spared, o.Size = spared, size
	k.runs++
	return Run(k.ctx, k.scenario, o)
}

// fails says whether the same promise is broken without some strikes.
func (k *shrinker) fails(spared map[strike]bool, size int) (Report, bool) {
	if k.runs >= maxRuns || k.ctx.Err() != nil {
		return Report{}, false
	}
	r, err := k.try(spared, size)
	return r, err == nil && r.Violation != nil && r.Violation.Promise == k.promise
}

// spare leaves out as many strikes as it can: halves first, then smaller parts, as
// in Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input (2002).
func (k *shrinker) spare(strikes []strike) {
	k.spared = map[strike]bool{}
	left := slices.Clone(strikes)
	for part := (len(left) + 1) / 2; part >= 1 && len(left) > 0; {
		shrunk := false
		for from := 0; from < len(left); from += part {
			without := make(map[strike]bool, len(k.spared)+part)
			for x := range k.spared {
				without[x] = true
			}
			for _, x := range left[from:min(from+part, len(left))] {
				without[x] = true
			}
			if r, ok := k.fails(without, k.size); ok {
				k.spared, k.best = without, r
				left = slices.DeleteFunc(slices.Clone(r.strikes), func(x strike) bool { return without[x] })
				shrunk = true
				break
			}
		}
		switch {
		case shrunk:
			part = min(part, max(len(left)/2, 1))
		case part == 1 || k.runs >= maxRuns:
			return
		default:
			part /= 2
		}
	}
}

// maxLines is how many sentences of a story are told.
const maxLines = 120

// String tells the story: what was violated, how to repeat it, and what happened.
func (s *Story) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n\n", s.Violation.Error())
	fmt.Fprintf(&b, "It takes %d orders and %d faults: %s.\n\n", s.Size, len(s.Faults), strings.Join(s.Faults, ", "))
	lines := s.told()
	if cut := len(lines) - maxLines; cut > 0 {
		fmt.Fprintf(&b, "… %d steps before …\n", cut)
		lines = lines[cut:]
	}
	for _, l := range lines {
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

// told returns the lines that matter: those of the flow that it happened in, and
// the faults.
func (s *Story) told() []line {
	if s.Violation.Flow == "" {
		return s.lines
	}
	var told []line
	for _, l := range s.lines {
		if l.subject == s.Violation.Flow || l.subject == "" && l.what != "view" && l.what != "ack" {
			told = append(told, l)
		}
	}
	return told
}
