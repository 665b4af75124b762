package functions_test

import (
	"os"
	"testing"

	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
)

const policyFile = "testdata/policy.md"

// TestThePolicyIsTheTable compares who may do what with the table that somebody
// reviewed; -update rewrites it.
func TestThePolicyIsTheTable(t *testing.T) {
	t.Parallel()
	settings := functions.Settings{Hooks: out.New(out.Options{})}
	app, policy := functions.App(settings), functions.Policy(settings)
	unused, err := policy.Check(app)
	if err != nil {
		t.Fatal(err)
	}
	for _, right := range unused {
		t.Errorf("no role allows %s", right)
	}
	got := policy.Table(app)
	if *update {
		if err := os.WriteFile(policyFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(policyFile)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Fatalf("%s does not show the policy; run go test ./functions -update:\n%s", policyFile, got)
	}
}
