package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestInfra(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "functions.json")
	for _, step := range []struct {
		words, out string
		code       int
	}{
		{"infra check -file " + file, "no such file", 1},
		{"infra write -file " + file, file, 0},
		{"infra check -file " + file, "up to date", 0},
		{"infra write -file " + file, "", 0},
		{"infra show", `"reserve-credit"`, 0},
		{"infra check -file ../../infra/functions.json", "up to date", 0},
		{"infra check -file infra.go", "out of date; write it again", 1},
		{"infra", "takes write", 2},
		{"infra apply", "takes write", 2},
	} {
		if out, code := onevent(t, strings.Fields(step.words)...); code != step.code || !strings.Contains(out, step.out) {
			t.Errorf("%s: exit code %d: %s", step.words, code, out)
		}
	}
}
