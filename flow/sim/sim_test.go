package sim_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/sim"
)

// lights is the scenario of the test application: lights are pressed, and what is
// counted must never be more than allowed.
func lights(allowed int) sim.Scenario {
	return sim.Scenario{
		App: func(w *sim.World, _ int) flow.App {
			return testapp.App(func(ctx context.Context, _, _ string) error { return w.Call(ctx, "bell", func() {}) })
		},
		Clients: func(_ *sim.World, size int) []sim.Client {
			all := make([]sim.Client, size)
			for i := range all {
				all[i] = sim.Client{Name: fmt.Sprint(i), Begin: time.Duration(i) * time.Second, Do: func(c *sim.Caller) { press(c, i) }}
			}
			return all
		},
		Invariants: func(*sim.World) []sim.Invariant { return []sim.Invariant{&counter{allowed: allowed}} },
	}
}

func press(c *sim.Caller, i int) {
	for n := range 4 {
		r := sim.Command("light.press", fmt.Sprint(i, "-", n), map[string]any{"light": fmt.Sprint("l", i), "house": fmt.Sprint("h", i%3)})
		_, _ = c.Send(r)
		if c.Rand.IntN(4) == 0 {
			_, _ = c.Send(r)
		}
		c.Sleep(time.Duration(c.Rand.IntN(int(5 * time.Minute))))
	}
}

// A counter counts the lights that meters counted.
type counter struct{ counted, allowed int }

func (c *counter) Event(e flow.Recorded) error {
	if e.Type == "meter.counted" {
		c.counted++
	}
	if c.counted > c.allowed {
		return fmt.Errorf("%d lights counted, %d allowed", c.counted, c.allowed)
	}
	return nil
}

func (c *counter) End() error {
	if c.counted == 0 {
		return errors.New("nothing was counted")
	}
	return nil
}

func run(t *testing.T, o sim.Options) sim.Report {
	t.Helper()
	r, err := sim.Run(t.Context(), lights(1000), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryProfileHolds(t *testing.T) {
	t.Parallel()
	for _, p := range sim.Profiles() {
		for _, store := range []string{"memory", "sqlite"} {
			t.Run(p.Name+" "+store, func(t *testing.T) {
				t.Parallel()
				sum, err := sim.RunMany(t.Context(), lights(1000), sim.Many{
					Options: sim.Options{Profile: p.Name, Store: store, Size: 8}, Seeds: 10, Workers: 2,
				})
				if err != nil || sum.Failed != nil || sum.Seeds != 10 || sum.Events == 0 {
					t.Fatalf("%+v, %v", sum, err)
				}
				if faulty := sum.Strikes > 0; faulty != (p.Name != "calm") {
					t.Fatalf("%d faults", sum.Strikes)
				}
			})
		}
	}
}

// The same seed gives the same run, to the last step, on any number of CPUs.
func TestOneSeedOneTrace(t *testing.T) { //nolint:paralleltest // it sets GOMAXPROCS
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	hashes := map[string]uint64{}
	for _, store := range []string{"memory", "sqlite"} {
		for seed := range uint64(10) {
			o := sim.Options{Seed: seed, Store: store, Size: 6, Profile: "storm"}
			first := run(t, o)
			runtime.GOMAXPROCS(1)
			second := run(t, o)
			runtime.GOMAXPROCS(4)
			if first.Hash != second.Hash || first.Steps != second.Steps {
				t.Fatalf("%s, seed %d: %d steps and trace %s, then %d steps and trace %s", store, seed, first.Steps, first.Hash, second.Steps, second.Hash)
			}
			if other, ok := hashes[store+first.Hash]; ok {
				t.Fatalf("%s: the seeds %d and %d have the same trace", store, seed, other)
			}
			hashes[store+first.Hash] = seed
		}
	}
}

func TestViolationIsFoundAndCutDown(t *testing.T) {
	t.Parallel()
	sum, err := sim.RunMany(t.Context(), lights(5), sim.Many{Options: sim.Options{Size: 20}, Seeds: 5})
	if err != nil || sum.Failed == nil || sum.Failed.Violation.Promise != "P5" {
		t.Fatalf("%+v, %v", sum.Failed, err)
	}
	story, err := sim.Shrink(t.Context(), lights(5), sim.Options{Seed: sum.Failed.Seed, Size: 20})
	if err != nil || story == nil {
		t.Fatal(story, err)
	}
	if len(story.Faults) != 0 || story.Size > 7 {
		t.Errorf("it takes %d faults and a size of %d: %v", len(story.Faults), story.Size, story.Faults)
	}
	for _, part := range []string{"P5 violated", "6 lights counted, 5 allowed", "count-light decides [meter.counted] on meter/h"} {
		if !strings.Contains(story.String(), part) {
			t.Errorf("the story lacks %q:\n%s", part, story)
		}
	}
}

func TestNothingToShrink(t *testing.T) {
	t.Parallel()
	if story, err := sim.Shrink(t.Context(), lights(1000), sim.Options{Size: 3}); story != nil || err != nil {
		t.Fatal(story, err)
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	for _, o := range []sim.Options{{Profile: "nice"}, {Store: "paper"}} {
		if _, err := sim.Run(t.Context(), lights(1), o); err == nil || !strings.HasPrefix(err.Error(), "sim: ") {
			t.Errorf("%+v: %v", o, err)
		}
		if _, err := sim.RunMany(t.Context(), lights(1), sim.Many{Options: o}); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sim.RunMany(ctx, lights(1000), sim.Many{Seeds: 1000}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestUnreached(t *testing.T) {
	t.Parallel()
	s := sim.Summary{Profile: "swarm", Coverage: map[string]int{"crash": 5}}
	missing := strings.Join(s.Unreached(5), ",")
	if strings.Contains(missing, "crash,") || !strings.Contains(missing, "crash at commit") || !strings.Contains(missing, "duplicate") {
		t.Errorf("missing %s", missing)
	}
	if s.Profile = "calm"; len(s.Unreached(5)) != 0 {
		t.Error("nothing strikes when it is calm")
	}
}

// To simulate an application of one's own takes its App, somebody who uses it, and
// what must hold.
func Example() {
	scenario := sim.Scenario{
		App: func(w *sim.World, _ int) flow.App {
			return testapp.App(func(ctx context.Context, _, _ string) error {
				return w.Call(ctx, "bell", func() { /* what the outside does */ })
			})
		},
		Clients: func(*sim.World, int) []sim.Client {
			return []sim.Client{{Name: "ann", Do: func(c *sim.Caller) {
				_, _ = c.Send(sim.Command("light.press", "first", map[string]any{"light": "a", "house": "h"}))
			}}}
		},
	}
	sum, err := sim.RunMany(context.Background(), scenario, sim.Many{Seeds: 20})
	fmt.Println(sum.Seeds, "seeds, violated:", sum.Failed != nil, err)
	// Output: 20 seeds, violated: false <nil>
}
