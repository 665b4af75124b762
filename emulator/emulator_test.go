package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/internal/require"
)

func TestEveryOrderEnds(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	for range 2 {
		out, code := run(t, "-data", data, "-port", "0", "-orders", "40", "-exit")
		if code != 0 || !strings.Contains(out, "40 orders: 20 completed, 20 cancelled, 0 open\n") {
			t.Fatalf("exit code %d:\n%s", code, out)
		}
	}
	out, _ := run(t, "-data", data, "-port", "0", "-orders", "1", "-exit")
	if !strings.Contains(out, "the whole log: 81 orders") {
		t.Fatalf("the third run does not start from what the others left:\n%s", out)
	}
}

func TestEveryOrderEndsInChaos(t *testing.T) {
	t.Parallel()
	out, code := run(t, "-data", t.TempDir(), "-port", "0", "-orders", "40", "-exit", "-chaos", "-seed", "3")
	if code != 0 || !regexp.MustCompile(`(?m)^40 orders: \d+ completed, \d+ cancelled, 0 open$`).MatchString(out) {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
}

func TestHundredOrdersAtOnceKeepTheLimit(t *testing.T) {
	t.Parallel()
	p := start(t, "-data", t.TempDir())
	p.send("consumer.register", "r", map[string]any{"consumer": "alice", "name": "Alice"})
	p.account("alice", func(a map[string]any) bool { return a["limit"] != nil })
	if status, answer := p.send("credit.set_limit", "l", map[string]any{"account": "alice", "limit": 10_000}); status >= 300 {
		t.Fatalf("%d: %s", status, answer)
	}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			id := fmt.Sprintf("o%d", i)
			if status, answer := p.send("order.place", id, order(id, "alice", 900)); status != http.StatusCreated {
				t.Errorf("%d: %s", status, answer)
			}
		})
	}
	group.Wait()
	a := p.account("alice", func(a map[string]any) bool { return a["reserved"] == 9900.0 })
	if a["available"] != 100.0 {
		t.Fatalf("account %v", a)
	}
}

// TestGoogleEmulators runs the same orders on Google's Firestore and Pub/Sub
// emulators, through the functions framework.
func TestGoogleEmulators(t *testing.T) {
	t.Parallel()
	running, err := emulators.Start(t.Context(), emulators.Options{})
	require.Installed(t, "gcp", err, emulators.ErrMissing)
	t.Cleanup(func() { _ = running.Stop() })
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, "-platform", "gcp", "-port", "0", "-orders", "20", "-exit")
	command.Env = append(os.Environ(), "FIRESTORE_EMULATOR_HOST="+running.Firestore, "PUBSUB_EMULATOR_HOST="+running.PubSub)
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "20 orders: 10 completed, 10 cancelled, 0 open\n") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestGoogleEmulatorsThatAreMissing(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), path, "-platform", "gcp", "-port", "0")
	command.Env = []string{"PATH=/nowhere", "HOME=/nowhere", "CLOUDSDK_ROOT=" + t.TempDir(), "TMPDIR=" + t.TempDir()}
	out, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "gcloud components install") || !strings.Contains(string(out), "docker compose") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"-help"}, 0},
		{[]string{"-nonsense"}, 2},
		{[]string{"-platform", "moon"}, 2},
		{[]string{"-platform", "aws", "-chaos"}, 2},
		{[]string{"-exit"}, 2},
		{[]string{"-orders", "-1"}, 2},
		{[]string{"-demo", "-orders", "1"}, 2},
		{[]string{"-port", "70000"}, 2},
		{[]string{"-pace", "0s"}, 2},
		{[]string{"-ack-within", "-1s"}, 2},
		{[]string{"extra"}, 2},
		{[]string{"-data", os.Args[0], "-port", "0"}, 1}, // a file, not a folder
	} {
		if _, code := run(t, c.args...); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.args, code, c.code)
		}
	}
}
