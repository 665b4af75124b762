// Command hunt runs the drill until something is violated, and prints the first
// line of what was: for programs into which a bug was planted. It exits with 0 if
// it found a violation, and with 1 if it did not.
package main

import (
	"github.com/onevent/onevent/flow/sim/bugs/hunting"
	"github.com/onevent/onevent/functions/drill"
)

func main() { hunting.Main(drill.Scenario()) }
