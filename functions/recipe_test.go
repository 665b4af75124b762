package functions_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheRecipeForANewFunctionWorks follows the recipe in CONTRIBUTING.md on a
// copy of the source, and runs what it says to run.
func TestTheRecipeForANewFunctionWorks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, part := range []string{"go.mod", "go.sum", "events", "functions", "flow", "internal"} {
		copyTo(t, filepath.Join("..", part), filepath.Join(dir, part))
	}
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```(go|diff) file=(\\S+)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 8 {
		t.Fatalf("%d blocks in the recipe, want at least 8", len(blocks))
	}
	for _, b := range blocks {
		kind, file, content := b[1], filepath.Join(dir, b[2]), b[3]
		if kind == "diff" {
			content = patched(t, file, content)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range [][]string{
		{"go", "vet", "./events/...", "./functions", "./functions/consumers"},
		{"go", "test", "-run", "TestTheApplicationHoldsTogether|TestAPointForEachEuro", "./functions", "./functions/consumers"},
	} {
		run := exec.CommandContext(t.Context(), command[0], command[1:]...)
		run.Dir = dir
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
	out, err := exec.CommandContext(t.Context(), "gofmt", "-l", filepath.Join(dir, "events"), filepath.Join(dir, "functions")).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Fatalf("gofmt: %v\n%s", err, out)
	}
}

// patched returns the file with the lines of a diff changed, which must be there.
func patched(t *testing.T, file, diff string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		switch line[0] {
		case '-':
			before.WriteString(line[1:])
		case '+':
			after.WriteString(line[1:])
		default:
			before.WriteString(line[1:])
			after.WriteString(line[1:])
		}
	}
	if strings.Count(string(content), before.String()) != 1 {
		t.Fatalf("%s does not hold once:\n%s", file, before.String())
	}
	return strings.Replace(string(content), before.String(), after.String(), 1)
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var content []byte
		if content, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, content, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
