package drill_test

import (
	"testing"

	"github.com/onevent/onevent/flow/sim/bugs"
	"github.com/onevent/onevent/flow/sim/bugs/hunting"
)

// hunt is for the bugs that the application finds.
func hunt() hunting.Hunt {
	return hunting.Hunt{
		Root: "../..", Bugs: bugs.All(), Canaries: []string{"acknowledge-before-publish", "refold-left-out", "deadline-early"},
	}
}

func TestPlantedBugsAreFound(t *testing.T) {
	t.Parallel()
	if (raceDetector || testing.Short()) && !hunt().Everything() {
		t.Skip("only without the race detector, and not with -short")
	}
	hunt().Run(t)
}

func TestPlantedBugsFitTheSource(t *testing.T) {
	t.Parallel()
	hunt().Fit(t)
}
