// Command hunt runs the bank until something is violated, and prints the first
// line of what was: for programs into which a bug was planted. It exits with 0 if
// it found a violation, and with 1 if it did not.
package main

import (
	"github.com/onevent/onevent/flow/sim/bugs/hunting"
	"github.com/onevent/onevent/flow/sim/internal/bank"
)

func main() { hunting.Main(bank.Scenario()) }
