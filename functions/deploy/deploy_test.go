package deploy_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/onevent/onevent/functions/deploy"
)

// TestNeedsAreThoseOfThePrograms holds that what the programs read from their
// environment is what Terraform gives them.
func TestNeedsAreThoseOfThePrograms(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob("../cmd/internal/environ/environ.go")
	if err != nil || len(mains) == 0 {
		t.Fatalf("%d programs: %v", len(mains), err)
	}
	needs := deploy.Needs()
	named := slices.Sorted(maps.Keys(needs.Secrets))
	named = slices.Sorted(slices.Values(slices.AppendSeq(named, maps.Keys(needs.Settings))))
	variable := regexp.MustCompile(`"([A-Z]+(?:_[A-Z]+)*_(?:SECRET|URL))"`)
	for _, main := range mains {
		data, err := os.ReadFile(main)
		if err != nil {
			t.Fatal(err)
		}
		read := map[string]bool{}
		for _, m := range variable.FindAllStringSubmatch(string(data), -1) {
			read[m[1]] = true
		}
		if got := slices.Sorted(maps.Keys(read)); !slices.Equal(got, named) {
			t.Errorf("%s reads %v; described are %v", main, got, named)
		}
	}
}

func TestHooksNeedTheirSecret(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fan-out", "post-event", "register-hook", "hooks"} {
		if !slices.Contains(deploy.Needs().Secrets["HOOKS_MASTER_SECRET"], name) {
			t.Errorf("%s is there without its secret", name)
		}
	}
	if slices.Contains(deploy.Needs().Secrets["HOOKS_MASTER_SECRET"], "reserve-credit") {
		t.Error("reserve-credit is given the secret of hooks")
	}
}
