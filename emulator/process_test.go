package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// programs is the folder of what was built.
var programs string

func TestMain(m *testing.M) {
	// The tests mostly wait, for deadlines and pauses of other processes.
	err := flag.Set("test.parallel", "4")
	if err == nil {
		programs, err = os.MkdirTemp("", "onevent-emulator-")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(programs)
	os.Exit(code)
}

// program builds the emulator, once; nextProgram the same with another version.
var (
	program     = sync.OnceValues(func() (string, error) { return build("first") })
	nextProgram = sync.OnceValues(func() (string, error) { return build("next") })
)

// build builds the emulator. Its version is then the sum of its file.
func build(name string) (string, error) {
	path := filepath.Join(programs, name)
	out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-buildid="+name, "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
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
	outside string // where restaurants answer, and behaviours are set
	command *exec.Cmd
	ended   chan struct{}
	rest    string // what it said after it was ready, once it has ended
	err     error  // how it ended
}

// start starts the emulator and waits until it serves.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return startAt(t, path, []string{"ONEVENT_VERSION=test"}, args...)
}

// startAt starts the emulator that is at a path, with more in its environment.
func startAt(t *testing.T, path string, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, command: exec.CommandContext(t.Context(), path, append(args, "-port", "0")...), ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), env...)
	stderr, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stderr)
	said := p.greeting(lines)
	go func() {
		defer close(p.ended)
		all, _ := io.ReadAll(lines)
		p.rest = string(all)
		p.err = p.command.Wait()
	}()
	t.Cleanup(p.kill)
	if p.outside == "" {
		p.kill()
		t.Fatalf("the emulator did not come up: %s%s", said, p.rest)
	}
	return p
}

// greeting reads what the emulator says until it is ready.
func (p *process) greeting(lines *bufio.Reader) (said string) {
	for p.outside == "" {
		line, err := lines.ReadString('\n')
		said += line
		if err != nil {
			break
		}
		if m := regexp.MustCompile(`emulator: (http://\S+)`).FindStringSubmatch(line); m != nil {
			p.url = m[1]
		}
		if m := regexp.MustCompile(`^restaurants: (http://[^,]+)`).FindStringSubmatch(line); m != nil {
			p.outside = m[1]
		}
	}
	return said
}

// kill kills the emulator with SIGKILL.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// signal sends a signal.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.command.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// wait waits until the emulator has ended.
func (p *process) wait(what string) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.t.Fatalf("it has not ended: %s", what)
	}
}

// behave says how all restaurants and the payment provider behave.
func (p *process) behave(behaviour string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPut, p.outside+"/behaviours/*", strings.NewReader(behaviour))
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		p.t.Fatalf("behaviour %s: %s", behaviour, response.Status)
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
