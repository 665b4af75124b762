package sim

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Many says which seeds to run.
type Many struct {
	Options // Seed is the first
	// Seeds is how many; 0 means 1.
	Seeds int
	// Workers is how many run at once; 0 means one for each CPU.
	Workers int
	// Progress, if it is not nil, is called after each run, by one at a time.
	Progress func(Summary)
}

// A Summary is what many runs found.
type Summary struct {
	Profile, Store string
	// Seeds counts the runs, Steps, Events and Strikes what happened in all of
	// them; Virtual and Real are the times that they took.
	Seeds, Steps, Events, Strikes int
	Virtual, Real                 time.Duration
	Coverage                      map[string]int
	// Failed is the run with the lowest seed of those that violated
	// something, nil if none did.
	Failed *Report
}

// RunMany runs many seeds. It ends early, with what it has, when a run violates
// something or ctx ends.
func RunMany(ctx context.Context, s Scenario, m Many) (Summary, error) {
	if m.Seeds <= 0 {
		m.Seeds = 1
	}
	if m.Workers <= 0 {
		m.Workers = runtime.GOMAXPROCS(0)
	}
	p, err := ProfileOf(m.Profile)
	if err != nil {
		return Summary{}, err
	}
	c := collector{many: m, began: time.Now()}
	c.sum = Summary{Profile: p.Name, Store: m.Store, Coverage: map[string]int{}}
	var group sync.WaitGroup
	for range m.Workers {
		group.Go(func() { c.work(ctx, s) })
	}
	group.Wait()
	if c.err == nil {
		c.err = ctx.Err()
	}
	return c.sum, c.err
}

// A collector gives out seeds and adds up what comes back.
type collector struct {
	many  Many
	began time.Time
	given atomic.Int64
	stop  atomic.Bool

	mu  sync.Mutex
	sum Summary
	err error
}

func (c *collector) work(ctx context.Context, s Scenario) {
	for !c.stop.Load() && ctx.Err() == nil {
		i := c.given.Add(1) - 1
		if i >= int64(c.many.Seeds) {
			return
		}
		o := c.many.Options
		o.Seed += uint64(i) //nolint:gosec // not negative
		r, err := Run(ctx, s, o)
		c.add(r, err)
	}
}

func (c *collector) add(r Report, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.err = err
		c.stop.Store(true)
		return
	}
	c.sum.Seeds++
	c.sum.Steps += r.Steps
	c.sum.Events += r.Events
	c.sum.Strikes += r.Strikes
	c.sum.Virtual += r.Elapsed
	c.sum.Real = time.Since(c.began)
	c.sum.add(r.Coverage)
	if r.Violation != nil {
		c.stop.Store(true)
		if c.sum.Failed == nil || r.Seed < c.sum.Failed.Seed {
			c.sum.Failed = &r
		}
	}
	if c.many.Progress != nil {
		c.many.Progress(c.sum)
	}
}

// String returns the figures in one line.
func (s Summary) String() string {
	store := s.Store
	if store == "" {
		store = "memory"
	}
	return fmt.Sprintf("simulation: %d seeds on %s, %d events, %d steps, %d faults, %.0f days of virtual time in %.1f s (%.1f seeds/s)",
		s.Seeds, store, s.Events, s.Steps, s.Strikes, s.Virtual.Hours()/24, s.Real.Seconds(), float64(s.Seeds)/max(s.Real.Seconds(), 0.001))
}

// Faults returns how often each fault struck, in one line.
func (s Summary) Faults() string {
	var parts []string
	for _, f := range Faults() {
		if n := s.Coverage[f.String()]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, f))
		}
	}
	return strings.Join(parts, ", ")
}

// Reached returns how often each fault and each rare path was reached, a line
// each, sorted.
func (s Summary) Reached() string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(s.Coverage)) {
		fmt.Fprintf(&b, "%9d  %s\n", s.Coverage[what], what)
	}
	return b.String()
}
