// Command hunt runs the drill until something is violated, and prints the first
// line of what was: for programs into which a bug was planted. It exits with 0 if
// it found a violation, and with 1 if it did not.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions/drill"
)

func main() {
	var m sim.Many
	flag.IntVar(&m.Seeds, "seeds", 1000, "seeds to try")
	flag.IntVar(&m.Size, "size", 12, "orders in each")
	flag.StringVar(&m.Profile, "profile", "", "profile")
	flag.Parse()
	debug.SetGCPercent(400) // worlds live for a moment
	sum, err := sim.RunMany(context.Background(), drill.Scenario(), m)
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
