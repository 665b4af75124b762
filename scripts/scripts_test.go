package scripts_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A result is how a script ended.
type result struct {
	code          int
	out, problems string
}

// run runs a script of this folder in an environment.
func run(t *testing.T, env []string, script string, args ...string) result {
	t.Helper()
	var out, problems bytes.Buffer
	c := exec.CommandContext(t.Context(), "./"+script, args...)
	c.Env, c.Stdout, c.Stderr = env, &out, &problems
	return result{codeOf(t, c.Run()), out.String(), problems.String()}
}

func codeOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

// basics are the programs that every system has, as far as the scripts use them.
func basics() []string {
	return strings.Fields("awk bash cat chmod cp cut date dirname env git grep head ls mkdir mktemp realpath rm sed sleep sort tee tr wc")
}

// tools returns a folder with the basics and with others, which are scripts.
func tools(t *testing.T, others map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range basics() {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("%s is not installed", name)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range others {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/usr/bin/env bash\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (r result) must(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, not %d\n%s\n%s", r.code, code, r.out, r.problems)
	}
	for _, word := range words {
		if !strings.Contains(r.out+r.problems, word) {
			t.Errorf("it does not say %q:\n%s\n%s", word, r.out, r.problems)
		}
	}
}
