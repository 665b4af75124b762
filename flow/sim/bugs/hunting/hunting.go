package hunting

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/sim/bugs"
)

// A Hunt is for bugs that one program finds, whose package is in the folder hunt of
// the tests' own.
type Hunt struct {
	// Root is the path of the module, from the tests' folder.
	Root string
	// Bugs are those that the program finds.
	Bugs []bugs.Bug
	// Canaries are the names of the bugs that are hunted in every run of the
	// tests. All are with ONEVENT_SIM_BUGS=all, or the one that it names.
	Canaries []string
}

// Everything reports whether somebody wants more than the canaries.
func (Hunt) Everything() bool { return wanted() != "" }

func wanted() string { return os.Getenv("ONEVENT_SIM_BUGS") }

// Run tests that each bug is found within 1,000 seeds: what the simulation does not
// find is not there, as far as it can see.
func (h Hunt) Run(t *testing.T) {
	t.Helper()
	found := 0
	t.Cleanup(func() { t.Logf("planted bugs: %d of %d found", found, len(h.Bugs)) })
	for _, b := range h.Bugs {
		if wanted() != "all" && wanted() != b.Name && !slices.Contains(h.Canaries, b.Name) {
			continue
		}
		if t.Run(b.Name, func(t *testing.T) { h.find(t, b) }) {
			found++
		}
	}
}

func (h Hunt) find(t *testing.T, b bugs.Bug) {
	t.Helper()
	dir := t.TempDir()
	overlay, err := b.Plant(h.Root, dir)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "hunt")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, "./hunt") //nolint:gosec // our own program
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), program, "-seeds", "1000", "-profile", b.Profile).CombinedOutput() //nolint:gosec // the same
	text, _, _ := strings.Cut(string(out), "\n")
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	_, text, _ = strings.Cut(text, ": ")
	promise, _, _ := strings.Cut(text, " ")
	if !slices.Contains(strings.Fields(b.Promises), promise) {
		t.Errorf("%s was violated, want one of %s: %s", promise, b.Promises, out)
	}
	t.Logf("found: %s", strings.TrimSpace(string(out)))
}

// Fit tests that each bug can be planted: one whose text is no longer in the source
// would be planted nowhere.
func (h Hunt) Fit(t *testing.T) {
	t.Helper()
	names := map[string]bool{}
	for _, b := range h.Bugs {
		if _, err := b.Plant(h.Root, t.TempDir()); err != nil {
			t.Error(err)
		}
		if names[b.Name] {
			t.Errorf("two bugs are named %s", b.Name)
		}
		names[b.Name] = true
	}
}
