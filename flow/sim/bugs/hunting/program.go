// Package hunting has a simulation look for bugs that were planted: the program that
// hunts, and the tests that build it with each bug in turn.
package hunting

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/onevent/onevent/flow/sim"
)

// Main runs a scenario until something is violated, prints the first line of what
// was, and ends the program: with 0 if it found a violation, and with 1 if it did
// not.
func Main(scenario sim.Scenario) {
	var m sim.Many
	flag.IntVar(&m.Seeds, "seeds", 1000, "seeds to try")
	flag.IntVar(&m.Size, "size", 12, "orders in each")
	flag.StringVar(&m.Profile, "profile", "", "profile")
	flag.Parse()
	debug.SetGCPercent(400) // worlds live for a moment
	sum, err := sim.RunMany(context.Background(), scenario, m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hunt:", err)
		os.Exit(2)
	}
	if sum.Failed == nil {
		fmt.Printf("nothing found in %d seeds\n", sum.Seeds)
		os.Exit(1)
	}
	fmt.Printf("seed %d of %d: %v\n", sum.Failed.Seed, sum.Seeds, sum.Failed.Violation)
}
