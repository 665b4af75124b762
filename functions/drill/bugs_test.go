package drill_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/sim/bugs"
)

// canaries are the bugs that are hunted in every run of the tests. All are with
// ONEVENT_SIM_BUGS=all.
func canaries() []string {
	return []string{"acknowledge-before-publish", "refold-left-out", "deadline-early"}
}

// Every planted bug is found within 1,000 seeds: what the simulation does not find
// is not there, as far as it can see.
func TestPlantedBugsAreFound(t *testing.T) {
	t.Parallel()
	wanted := os.Getenv("ONEVENT_SIM_BUGS")
	if wanted == "" && (raceDetector || testing.Short()) {
		t.Skip("only without the race detector, and not with -short")
	}
	found := 0
	t.Cleanup(func() { t.Logf("planted bugs: %d of %d found", found, len(bugs.All())) })
	for _, b := range bugs.All() { //nolint:paralleltest // one after the other: each uses all CPUs
		if wanted != "all" && !slices.Contains(canaries(), b.Name) && b.Name != wanted {
			continue
		}
		t.Run(b.Name, func(t *testing.T) {
			dir := t.TempDir()
			overlay, err := b.Plant("../..", dir)
			if err != nil {
				t.Fatal(err)
			}
			program := filepath.Join(dir, "hunt")
			if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, "./hunt").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := exec.CommandContext(t.Context(), program, "-seeds", "1000", "-profile", b.Profile).CombinedOutput()
			text, _, _ := strings.Cut(string(out), "\n")
			if err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			_, text, _ = strings.Cut(text, ": ")
			promise, _, _ := strings.Cut(text, " ")
			if !slices.Contains(strings.Fields(b.Promises), promise) {
				t.Errorf("%s was violated, want one of %s: %s", promise, b.Promises, out)
			}
			found++
			t.Logf("found: %s", strings.TrimSpace(string(out)))
		})
	}
}

// A bug whose text is no longer in the source would be planted nowhere.
func TestPlantedBugsFitTheSource(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, b := range bugs.All() {
		if _, err := b.Plant("../..", t.TempDir()); err != nil {
			t.Error(err)
		}
		if names[b.Name] {
			t.Errorf("two bugs are named %s", b.Name)
		}
		names[b.Name] = true
	}
	if len(names) < 20 {
		t.Error("there are only " + strconv.Itoa(len(names)))
	}
}
