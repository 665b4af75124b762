package bugs_test

import (
	"testing"

	"github.com/onevent/onevent/flow/sim/bugs"
	"github.com/onevent/onevent/flow/sim/bugs/hunting"
)

// hunt is for the bugs that the bank finds.
func hunt() hunting.Hunt {
	return hunting.Hunt{Root: "../../..", Bugs: bugs.OfBank(), Canaries: []string{"shape-of-a-state-ignored"}}
}

func TestPlantedBugsAreFound(t *testing.T) {
	t.Parallel()
	if testing.Short() && !hunt().Everything() {
		t.Skip("not with -short")
	}
	hunt().Run(t)
}

func TestPlantedBugsFitTheSource(t *testing.T) {
	t.Parallel()
	hunt().Fit(t)
}
