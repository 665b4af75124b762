package scripts_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// emulator starts an emulator for the time of a test, and returns its address.
func emulator(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "emulator")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../emulator").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := exec.CommandContext(t.Context(), program, "-port", "0", "-data", filepath.Join(dir, "data"))
	c.Dir = dir
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), "onevent emulator: "); ok {
			address, _, _ := strings.Cut(rest, " ")
			return address
		}
	}
	t.Fatal("the emulator says no address")
	return ""
}

func TestSmoke(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the emulator, and orders food")
	}
	address, env := emulator(t), os.Environ()
	run(t, env, "smoke", address+"/").must(t, 0, "is approved", "is cancelled, and its credit is free again")
	run(t, env, "smoke", "--until", "completed", address).must(t, 0, "is completed")
	signed := append(env, "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_SESSION_TOKEN=c")
	run(t, signed, "smoke", "--region", "eu-central-1", address).must(t, 0, "its credit is free again")
	run(t, env, "smoke", "--timeout", "1", "http://127.0.0.1:1").must(t, 1, "connection refused")
}
