package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/gcp/emulators"
)

// program builds the emulator, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "onevent-emulator-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "emulator")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// run runs the emulator to its end and returns what it printed on standard
// output, and its exit code.
func run(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, path, args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = command.Run()
	if err != nil && command.ProcessState.ExitCode() < 0 {
		t.Fatalf("emulator %v: %v\n%s%s", args, err, stdout.String(), stderr.String())
	}
	t.Logf("emulator %v\n%s%s", args, stdout.String(), stderr.String())
	return stdout.String(), command.ProcessState.ExitCode()
}

// A process is an emulator at work.
type process struct {
	t       *testing.T
	url     string
	command *exec.Cmd
	rest    chan string // what it says after it is ready
}

// start starts the emulator on a folder and waits until it serves.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, command: exec.CommandContext(t.Context(), path, append(args, "-port", "0")...), rest: make(chan string, 1)}
	stderr, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	lines := bufio.NewReader(stderr)
	var said strings.Builder
	for p.url == "" {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Fatalf("the emulator did not come up: %s", said.String())
		}
		if m := regexp.MustCompile(`emulator: (http://\S+)`).FindStringSubmatch(line); m != nil {
			p.url = m[1]
		}
	}
	go func() {
		all, _ := io.ReadAll(lines)
		p.rest <- string(all)
	}()
	return p
}

func (p *process) kill() {
	if p.command.ProcessState == nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
}

// send sends a command and returns the status and the answer; 0 if there was
// none.
func (p *process) send(command, key string, fields map[string]any) (status int, answer string) {
	body, err := json.Marshal(fields)
	if err != nil {
		p.t.Error(err)
	}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+"/commands/"+command, bytes.NewReader(body))
	if err != nil {
		p.t.Error(err)
		return 0, ""
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, ""
	}
	return response.StatusCode, string(data)
}

// account returns the document of an account as soon as a condition holds.
func (p *process) account(name string, until func(map[string]any) bool) map[string]any {
	p.t.Helper()
	var document map[string]any
	for range 500 {
		request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+"/views/account/"+name, http.NoBody)
		if err != nil {
			p.t.Fatal(err)
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			err = json.NewDecoder(response.Body).Decode(&document)
			response.Body.Close()
			if err == nil && until(document) {
				return document
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.t.Fatalf("account %s: %v", name, document)
	return nil
}

func order(id, consumer string, price int) map[string]any {
	return map[string]any{
		"order": id, "consumer": consumer, "restaurant": "trattoria-1",
		"items": []map[string]any{{"name": "pizza", "quantity": 1, "price": price}},
	}
}

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

// TestP1KilledAtAnyMoment kills the emulator with SIGKILL at random moments while
// it is at work and somebody places orders. In the end every accepted order is in
// the log, has ended, and nothing happened twice.
func TestP1KilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	random := rand.New(rand.NewPCG(1, 1))
	accepted := map[string]bool{}
	for life := range 6 {
		p := start(t, "-data", data, "-demo", "-pace", "20ms")
		deadline := time.Now().Add(time.Duration(300+random.IntN(1200)) * time.Millisecond)
		for i := 0; time.Now().Before(deadline); i++ {
			id := fmt.Sprintf("mine-%d-%d", life, i)
			if status, _ := p.send("order.place", id, order(id, "consumer-01", 950)); status == http.StatusCreated {
				accepted[id] = true
			}
		}
		p.kill()
	}
	out, code := run(t, "-data", data, "-port", "0", "-orders", "1", "-exit")
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	p := start(t, "-data", data)
	if len(accepted) < 50 {
		t.Fatalf("only %d orders were accepted", len(accepted))
	}
	for id := range accepted {
		if status, _ := p.send("order.place", id, order(id, "consumer-01", 950)); status != http.StatusOK {
			t.Fatalf("order %s was accepted; sent again it is answered with %d, want 200", id, status)
		}
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
	switch {
	case errors.Is(err, emulators.ErrMissing) && !slices.Contains(strings.Split(os.Getenv("ONEVENT_REQUIRE"), ","), "gcp"):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
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
		{[]string{"-exit"}, 2},
		{[]string{"-orders", "-1"}, 2},
		{[]string{"-demo", "-orders", "1"}, 2},
		{[]string{"-port", "70000"}, 2},
		{[]string{"-pace", "0s"}, 2},
		{[]string{"extra"}, 2},
		{[]string{"-data", os.Args[0], "-port", "0"}, 1}, // a file, not a folder
	} {
		if _, code := run(t, c.args...); code != c.code {
			t.Errorf("%v: exit code %d, want %d", c.args, code, c.code)
		}
	}
}

func TestInterruptStopsItWell(t *testing.T) {
	t.Parallel()
	p := start(t, "-data", t.TempDir(), "-demo", "-pace", "10ms")
	p.send("consumer.register", "r", map[string]any{"consumer": "alice", "name": "Alice"})
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest := <-p.rest
	if err := p.command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, rest)
	}
}
