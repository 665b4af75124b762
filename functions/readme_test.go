package functions_test

import (
	"os"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions"
)

// TestTheReadmeShowsTheCode compares the parts of README.md that are drawn from
// the code with the code; -update rewrites them.
func TestTheReadmeShowsTheCode(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("accounting/on_order_created.go")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	want := string(readme)
	want = replaceBlock(t, want, "function", "```go\n"+string(source)+"```\n")
	want = replaceBlock(t, want, "picture", "```mermaid\n"+flow.Mermaid(functions.App(functions.Settings{}))+"```\n")
	switch {
	case *update:
		if err := os.WriteFile("../README.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	case want != string(readme):
		t.Fatal("README.md does not show the code: run go test ./functions -update")
	}
}

// replaceBlock replaces what stands between two marks.
func replaceBlock(t *testing.T, text, name, block string) string {
	t.Helper()
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
	before, rest, ok := strings.Cut(text, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md has no marks for the %s", name)
	}
	return before + begin + block + end + after
}
