//go:build unix

package main_test

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestPausedProcess stops the process (SIGSTOP) for longer than its handlers may
// take and its deadlines last, and lets it go on: a worker that comes back too late.
func TestPausedProcess(t *testing.T) {
	t.Parallel()
	const pauses, pause = 2, 2500 * time.Millisecond
	data := t.TempDir()
	l := newLoad(t, 4, 5*time.Millisecond)
	p := start(t, "-data", data, "-fast", "-ack-within", "500ms")
	p.behave(`{"delay":"100ms"}`) // so that effects are at work
	l.at(p)
	stop := l.work(4)
	for i := range pauses {
		l.awaitReceipts(2*loadAccounts + 30*(i+1))
		p.signal(syscall.SIGSTOP)
		time.Sleep(pause)
		p.signal(syscall.SIGCONT)
	}
	stop()
	l.settled(data)
	if !t.Failed() {
		t.Logf("pauses: %d of %v, commands %d accepted, lost 0, twice 0", pauses, pause, len(l.receipts))
	}
}

// TestTerminatedUnderLoad asks the emulator to end while commands come: it
// finishes what is at work, and the next one goes on.
func TestTerminatedUnderLoad(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	l := newLoad(t, 10, time.Millisecond)
	p := start(t, "-data", data, "-fast")
	l.at(p)
	stop := l.work(4)
	const lives = 3
	for i := range lives {
		l.awaitReceipts(2*loadAccounts + 50*(i+1))
		p.signal(syscall.SIGTERM)
		p.wait("SIGTERM")
		if p.err != nil || p.rest != "" && !strings.Contains(p.rest, "orders are in the log") {
			t.Errorf("it ended with %v:\n%s", p.err, p.rest)
		}
		p = start(t, "-data", data, "-fast")
		l.at(p)
	}
	stop()
	l.settled(data)
	if !t.Failed() {
		t.Logf("graceful stops: %d, commands %d accepted, lost 0, twice 0", lives, len(l.receipts))
	}
}

// TestTerminatedTwice asks once more while what is at work takes long: that ends
// the emulator at once.
func TestTerminatedTwice(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	l := newLoad(t, 2, 5*time.Millisecond)
	p := start(t, "-data", data, "-fast")
	p.behave(`{"delay":"1h"}`)
	l.at(p)
	stop := l.work(4)
	l.awaitReceipts(100) // among them orders, so restaurants are being told of tickets
	p.signal(syscall.SIGTERM)
	for p.listens() {
		time.Sleep(5 * time.Millisecond)
	}
	p.signal(syscall.SIGTERM)
	p.wait("a second SIGTERM")
	if status, ok := p.command.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v:\n%s", p.err, p.rest)
	}
	p = start(t, "-data", data, "-fast")
	l.at(p)
	stop()
	l.settled(data)
}

// listens says whether the emulator takes connections.
func (p *process) listens() bool {
	connection, err := (&net.Dialer{}).DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

// TestUpdateUnderLoad replaces the emulator's program while 500 commands a second
// arrive, twice.
func TestUpdateUnderLoad(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("the race detector is too slow for a load at a rate")
	}
	const perSecond, seconds = 500, 6
	next, err := nextProgram()
	if err != nil {
		t.Fatal(err)
	}
	first, err := program()
	if err != nil {
		t.Fatal(err)
	}
	data, path := t.TempDir(), filepath.Join(t.TempDir(), "emulator")
	install(t, first, path)
	p := startAt(t, path, nil, "-data", data, "-fast")
	l := newLoad(t, 25, 0)
	l.at(p)
	l.register()
	versions := []string{p.version()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.rate(perSecond, seconds*time.Second)
	}()
	for _, program := range []string{next, first} {
		l.awaitReceipts(len(versions) * perSecond * seconds / 3)
		install(t, program, path)
		p.signal(syscall.SIGUSR2)
		versions = append(versions, p.versionAfter(versions[len(versions)-1]))
	}
	<-done
	l.settled(data)
	if failed := l.failed.Load(); failed != nil {
		t.Error(failed)
	}
	if versions[0] == versions[1] || versions[0] != versions[2] {
		t.Errorf("versions %v", versions)
	}
	if !t.Failed() {
		t.Logf("updates: 2 under %d/s, %d commands, errors 0, lost 0, twice 0, refused early %d, longest wait %d ms",
			perSecond, len(l.receipts), l.refused.Load(), l.longest.Milliseconds())
	}
}

// install puts a program at a path, as an update does: in one step, and not into
// the file that is running.
func install(t *testing.T, program, path string) {
	t.Helper()
	data, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(path+".new", data, 0o700)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// version asks which version answers.
func (p *process) version() string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+"/healthz", http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	var health struct{ Version string }
	if err := json.NewDecoder(response.Body).Decode(&health); err != nil || health.Version == "" {
		p.t.Fatalf("version %q: %v", health.Version, err)
	}
	return health.Version
}

// versionAfter waits until another version answers.
func (p *process) versionAfter(old string) string {
	p.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if version := p.version(); version != old {
			return version
		}
	}
	p.t.Fatalf("version %s still answers", old)
	return ""
}

// awaitReceipts waits until a number of commands were answered.
func (l *load) awaitReceipts(n int) {
	l.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		l.mu.Lock()
		got := len(l.receipts)
		l.mu.Unlock()
		if got >= n {
			return
		}
	}
	l.t.Fatalf("%d commands were not answered in time", n)
}

// TestUpdateToAProgramThatIsNone has the old version go on.
func TestUpdateToAProgramThatIsNone(t *testing.T) {
	t.Parallel()
	first, err := program()
	if err != nil {
		t.Fatal(err)
	}
	data, path := t.TempDir(), filepath.Join(t.TempDir(), "emulator")
	install(t, first, path)
	p := startAt(t, path, nil, "-data", data, "-fast")
	if err := os.WriteFile(path+".broken", []byte("no program"), 0o700); err != nil {
		t.Fatal(err)
	}
	install(t, path+".broken", path)
	l := newLoad(t, 10, 5*time.Millisecond)
	l.at(p)
	stop := l.work(4)
	for i := range 2 {
		l.awaitReceipts((i + 1) * 100)
		p.signal(syscall.SIGUSR2)
	}
	l.awaitReceipts(400)
	stop()
	l.settled(data)
	p.signal(syscall.SIGTERM)
	p.wait("SIGTERM")
	if p.err != nil || !strings.Contains(p.rest, "the old version goes on") {
		t.Errorf("it ended with %v:\n%s", p.err, p.rest)
	}
	if failed := l.failed.Load(); failed != nil {
		t.Error(failed)
	}
}
