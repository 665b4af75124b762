package drill_test

import (
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions/drill"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // worlds live for a moment
	os.Exit(m.Run())
}

// seeds returns how many seeds to run: as many as the variable says, or fewer
// where each takes longer.
func seeds(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	switch {
	case text == "" && (raceDetector || testing.Short()):
		return max(usual/25, 2)
	case text == "":
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// run runs seeds, tells the figures, and tells the story of one that fails.
func run(t *testing.T, m sim.Many) sim.Summary {
	t.Helper()
	sum, err := sim.RunMany(t.Context(), drill.Scenario(), m)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(sum)
	if sum.Failed == nil {
		return sum
	}
	o := m.Options
	o.Seed = sum.Failed.Seed
	story, err := sim.Shrink(t.Context(), drill.Scenario(), o)
	if err != nil {
		t.Error(err)
	}
	t.Fatalf("seed %d: %v\n\n%v", o.Seed, sum.Failed.Violation, story)
	return sum
}

// Every fault and every rare path must have been reached: more often the more
// seeds there are, up to 100 times.
func checkReached(t *testing.T, sum sim.Summary) {
	t.Helper()
	t.Log("faults: " + sum.Faults())
	floor := min(sum.Seeds/200, 100)
	if missing := sum.Unreached(floor); floor > 0 && len(missing) > 0 {
		t.Errorf("reached less than %d times: %q\n%s", floor, missing, sum.Reached())
	}
}

func TestSimulationOnMemory(t *testing.T) {
	t.Parallel()
	checkReached(t, run(t, sim.Many{Seeds: seeds(t, "ONEVENT_SIM_SEEDS", 500)}))
}

func TestSimulationOnSQLite(t *testing.T) {
	t.Parallel()
	run(t, sim.Many{Options: sim.Options{Seed: 1_000_000, Store: "sqlite"}, Seeds: seeds(t, "ONEVENT_SIM_SQLITE_SEEDS", 100)})
}

func TestSimulationOfAStorm(t *testing.T) {
	t.Parallel()
	run(t, sim.Many{Options: sim.Options{Seed: 2_000_000, Profile: "storm", Size: 10}, Seeds: seeds(t, "ONEVENT_SIM_STORM_SEEDS", 50)})
}

func TestSimulationWithoutFaults(t *testing.T) {
	t.Parallel()
	if sum := run(t, sim.Many{Options: sim.Options{Profile: "calm"}, Seeds: 2}); sum.Strikes > 0 {
		t.Errorf("%d faults", sum.Strikes)
	}
}

// The same seed gives the same run of the application, to the last step.
func TestOneSeedOneTrace(t *testing.T) {
	t.Parallel()
	for _, store := range []string{"memory", "sqlite"} {
		for seed := range uint64(3) {
			var hashes [2]string
			for i := range hashes {
				r, err := sim.Run(t.Context(), drill.Scenario(), sim.Options{Seed: seed, Store: store, Size: 10})
				if err != nil {
					t.Fatal(err)
				}
				hashes[i] = r.Hash
			}
			if hashes[0] != hashes[1] {
				t.Errorf("%s, seed %d: traces %s and %s", store, seed, hashes[0], hashes[1])
			}
		}
	}
}
