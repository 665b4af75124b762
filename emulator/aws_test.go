package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/internal/require"
)

// TestMoto runs orders on moto, through the program of Lambda. Moto may be so slow
// that a restaurant's answer comes too late, so it runs where ONEVENT_REQUIRE lists aws.
func TestMoto(t *testing.T) {
	t.Parallel()
	if !require.Listed("aws") {
		t.Skip("moto is slow: orders run on it where ONEVENT_REQUIRE lists aws")
	}
	running, err := emulators.Start(t.Context(), emulators.Options{})
	require.Installed(t, "aws", err, emulators.ErrMissing)
	t.Cleanup(func() { _ = running.Stop() })
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, "-platform", "aws", "-port", "0", "-orders", "10", "-exit")
	command.Env = append(os.Environ(), running.Env()...)
	out, err := command.CombinedOutput()
	if err != nil || !regexp.MustCompile(`(?m)^10 orders: \d+ completed, \d+ cancelled, 0 open$`).Match(out) {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestMotoThatIsMissing(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, "-platform", "aws", "-port", "0")
	command.Env = []string{"PATH=/nowhere", "HOME=/nowhere", "TMPDIR=" + t.TempDir()}
	out, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "pip install") || !strings.Contains(string(out), "AWS_ENDPOINT_URL") {
		t.Fatalf("%v\n%s", err, out)
	}
}
