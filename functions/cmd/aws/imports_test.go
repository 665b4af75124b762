package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The program of one cloud holds nothing of the other: what is not in it starts no
// slower, needs no update and leaks nothing.
func TestProgramsOfTwoClouds(t *testing.T) {
	t.Parallel()
	for program, foreign := range map[string][]string{
		"aws": {"cloud.google.com/", "google.golang.org/", "github.com/GoogleCloudPlatform/", "github.com/onevent/onevent/flow/gcp"},
		"gcp": {"github.com/aws/", "github.com/onevent/onevent/flow/aws"},
	} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/onevent/onevent/functions/cmd/"+program).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for path := range strings.Lines(string(out)) {
				for _, prefix := range foreign {
					if strings.HasPrefix(path, prefix) {
						t.Errorf("it holds %s", strings.TrimSpace(path))
					}
				}
			}
		})
	}
}
