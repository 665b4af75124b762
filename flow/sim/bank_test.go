package sim_test

import (
	"testing"

	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/flow/sim/internal/bank"
)

// The bank has no guard of its own, functions and views that fail and panic, and
// two versions with states and documents of different types.
func TestTheBankLosesNothing(t *testing.T) {
	t.Parallel()
	for _, m := range []sim.Many{
		{Options: sim.Options{Profile: "calm"}, Seeds: 2},
		{Options: sim.Options{Profile: "swarm"}, Seeds: 60},
		{Options: sim.Options{Profile: "storm", Seed: 1000}, Seeds: 15},
		{Options: sim.Options{Profile: "swarm", Seed: 2000, Store: "sqlite"}, Seeds: 8},
	} {
		if raceDetector || testing.Short() {
			m.Seeds = 2
		}
		m.Size = 10
		t.Run(m.Profile+" "+m.Store, func(t *testing.T) {
			t.Parallel()
			sum, err := sim.RunMany(t.Context(), bank.Scenario(), m)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(sum)
			if sum.Failed == nil {
				return
			}
			m.Seed = sum.Failed.Seed
			story, err := sim.Shrink(t.Context(), bank.Scenario(), m.Options)
			t.Fatalf("seed %d: %v\n\n%v%v", m.Seed, sum.Failed.Violation, story, err)
		})
	}
}

// What the bank is there for must happen.
func TestTheBankReachesWhatIsRare(t *testing.T) {
	t.Parallel()
	if raceDetector || testing.Short() {
		t.Skip("it takes many seeds")
	}
	sum, err := sim.RunMany(t.Context(), bank.Scenario(), sim.Many{Options: sim.Options{Seed: 5000, Profile: "storm", Size: 8}, Seeds: 25})
	if err != nil || sum.Failed != nil {
		t.Fatal(sum, err)
	}
	for _, path := range []string{
		"key used for another command", "command sent while it is at work", "conflict though it was done", "straggling write",
		"expired context", "publish in part", "function recovered", "put on paused", "put on parked", "dead letter",
	} {
		if sum.Coverage[path] == 0 {
			t.Errorf("never reached: %s", path)
		}
	}
}
