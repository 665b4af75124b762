package drill_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions/drill"
)

// seeds returns how many seeds to run: as many as the variable says.
func seeds(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

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
		t.Fatal(err)
	}
	t.Fatalf("seed %d: %v\n\n%v", o.Seed, sum.Failed.Violation, story)
	return sum
}

func TestSimulationOnMemory(t *testing.T) {
	t.Parallel()
	run(t, sim.Many{Seeds: seeds(t, "ONEVENT_SIM_SEEDS", 500)})
}

func TestCalm(t *testing.T) {
	t.Parallel()
	run(t, sim.Many{Options: sim.Options{Profile: "calm"}, Seeds: 3})
}
