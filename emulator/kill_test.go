package main_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
)

// killsOfFolder is how often an emulator is killed on one folder, which grows.
const killsOfFolder = 60

// TestP1KilledAtAnyMoment kills the emulator with SIGKILL at random moments while
// it is at work and many send commands, each until it is answered. In the end all
// that was accepted is in the log, has ended, and happened once.
//
//	ONEVENT_EMULATOR_KILLS=10000 go test ./emulator -run TestP1 -timeout 8h
func TestP1KilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	kills := killsFromEnvironment(t, 60)
	accepted := 0
	for killed := 0; killed < kills && !t.Failed(); killed += killsOfFolder {
		accepted += killRepeatedly(t, min(killsOfFolder, kills-killed))
	}
	if accepted < 2*kills {
		t.Errorf("only %d commands were accepted", accepted)
	}
	if !t.Failed() {
		t.Logf("kills of the emulator: %d, commands %d accepted, lost 0, twice 0", kills, accepted)
	}
}

func killsFromEnvironment(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv("ONEVENT_EMULATOR_KILLS")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("ONEVENT_EMULATOR_KILLS=%q", text)
	}
	return n
}

// killRepeatedly kills emulators that work on one folder, one after the other, and
// returns how many commands were accepted.
func killRepeatedly(t *testing.T, kills int) int {
	t.Helper()
	data := t.TempDir()
	l := newLoad(t, 10, 0)
	p := start(t, "-data", data, "-fast")
	l.at(p)
	stop := l.work(16)
	for range kills {
		time.Sleep(time.Duration(50+rand.IntN(100)) * time.Millisecond)
		p.kill()
		p = start(t, "-data", data, "-fast")
		l.at(p)
	}
	stop()
	p.redriveAll()
	l.settled(data)
	p.kill()
	return len(l.receipts)
}

// redriveAll has everything handled again that was parked: a message during which
// so many processes died that it may have been the cause.
func (p *process) redriveAll() {
	p.t.Helper()
	response, err := http.Post(p.url+"/parked/redrive", "application/json", strings.NewReader("{}"))
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if answer, _ := io.ReadAll(response.Body); response.StatusCode >= http.StatusMultipleChoices {
		p.t.Fatalf("redrive: %s: %s", response.Status, answer)
	}
}

// TestP13KilledAtEachPoint has the emulator kill itself at each point of the
// algorithm, the first and the third time that it is reached.
func TestP13KilledAtEachPoint(t *testing.T) {
	t.Parallel()
	misbehaviours := map[string]string{
		flow.PointFailed: `{"fail":1}`,
		flow.PointParked: `{"gone":true}`,
	}
	// The emulator's tick hands nothing over: all functions are in its process.
	points := slices.DeleteFunc(flow.Points(), func(point string) bool { return point == flow.PointHandedOver })
	t.Cleanup(func() {
		if !t.Failed() {
			t.Logf("points of the algorithm: %d, each killed at when reached the 1st and the 3rd time, lost 0, twice 0", len(points))
		}
	})
	for _, point := range points {
		for _, n := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s:%d", point, n), func(t *testing.T) {
				t.Parallel()
				killAt(t, fmt.Sprintf("%s:%d", point, n), misbehaviours[point])
			})
		}
	}
}

// killAt has an emulator kill itself at a point, and another one, of a newer
// version, take up what it left.
func killAt(t *testing.T, point, misbehaviour string) {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	l := newLoad(t, 3, 10*time.Millisecond)
	p := startAt(t, path, []string{"ONEVENT_CRASH_AT=" + point, "ONEVENT_VERSION=1"}, "-data", data, "-fast")
	if misbehaviour != "" {
		p.behave(misbehaviour)
	}
	l.at(p)
	stop := l.work(2)
	p.wait(point + " was never reached")
	if p.command.ProcessState.ExitCode() >= 0 {
		t.Fatalf("it was not killed, but ended: %v\n%s", p.err, p.rest)
	}
	p = startAt(t, path, []string{"ONEVENT_VERSION=2"}, "-data", data, "-fast")
	l.at(p)
	stop()
	l.settled(data)
}

func TestACrashPointThatIsNone(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"handle.nowhere:1", "handle.committed", "handle.committed:0", "handle.committed:x"} {
		command := exec.CommandContext(t.Context(), path, "-data", t.TempDir(), "-port", "0")
		command.Env = append(os.Environ(), "ONEVENT_CRASH_AT="+text)
		out, _ := command.CombinedOutput()
		if command.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), strings.Join(flow.Points(), " ")) {
			t.Errorf("%s: %v: %s", text, command.ProcessState, out)
		}
	}
}
