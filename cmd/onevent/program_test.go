package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/worker"
	"github.com/onevent/onevent/functions"
)

// TestSentToAFolderGoesOn holds that a command that was accepted while nothing
// ran is handled when something does, also on a folder that was made for it.
func TestSentToAFolderGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out bytes.Buffer
	if code := newProgram(&out).run(t.Context(), []string{"send", "-data", dir, "consumer.register", "consumer=alice", "name=Alice"}); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	store, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	opened := make(chan struct{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	broker := store.Broker(nil)
	system, err := flow.New(functions.App(functions.Settings{}), local.Platform(store, broker), func(next flow.Handler) flow.Handler {
		return func(ctx context.Context, h *flow.Handling) error {
			if h.Function == "open-account" {
				defer close(opened)
			}
			return next(ctx, h)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx, system, broker, worker.Options{}) }()
	select {
	case <-opened:
	case <-ctx.Done():
		t.Error("nobody handled what was sent")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestNewCommandsHaveNewKeys(t *testing.T) {
	t.Parallel()
	world := flowtest.NewWorld(t, functions.App(functions.Settings{}), nil)
	var keys []string
	handler := edge.New(world.System(), edge.Options{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get(edge.KeyHeader))
		handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	for _, key := range []string{"one", "two"} {
		p := newProgram(io.Discard)
		p.newKey = func() string { return key }
		p.run(t.Context(), []string{"send", "-addr", server.URL, "order.cancel", "order=1"})
	}
	if strings.Join(keys, " ") != "one two" {
		t.Fatalf("keys %q", keys)
	}
}

// TestAnOpenOutcomeSaysHowToSendAgain holds that whoever does not know what became
// of a command is told the key with which to send it again.
func TestAnOpenOutcomeSaysHowToSendAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, interrupt func())
		open   bool
	}{
		"unavailable":  {func(w http.ResponseWriter, _ func()) { w.WriteHeader(http.StatusServiceUnavailable) }, true},
		"hangs up":     {func(http.ResponseWriter, func()) { panic(http.ErrAbortHandler) }, true},
		"no JSON":      {func(w http.ResponseWriter, _ func()) { fmt.Fprint(w, "<html>") }, false},
		"interrupted":  {func(_ http.ResponseWriter, interrupt func()) { interrupt() }, true},
		"cut off":      {func(w http.ResponseWriter, _ func()) { w.Header().Set("Content-Length", "9"); fmt.Fprint(w, "{") }, true},
		"a clear no":   {func(w http.ResponseWriter, _ func()) { w.WriteHeader(http.StatusConflict) }, false},
		"a bare 404":   {func(w http.ResponseWriter, _ func()) { http.NotFound(w, nil) }, false},
		"another type": {func(w http.ResponseWriter, _ func()) { fmt.Fprint(w, `{"events":7}`) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				c.answer(w, interrupt)
				if ctx.Err() != nil {
					<-r.Context().Done()
				}
			}))
			defer server.Close()
			var out bytes.Buffer
			code := newProgram(&out).run(ctx, []string{"send", "-addr", server.URL, "order.cancel", "order=1"})
			if code != 1 || strings.Contains(out.String(), "-key key") != c.open {
				t.Fatalf("exit code %d, open %v, want %v: %s", code, strings.Contains(out.String(), "-key key"), c.open, out.String())
			}
		})
	}
}

func TestNothingWasSentWhereNobodyListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	var out bytes.Buffer
	code := newProgram(&out).run(t.Context(), []string{"send", "-addr", server.URL, "order.cancel", "order=1"})
	if code != 1 || !strings.Contains(out.String(), "go run ./emulator") || strings.Contains(out.String(), "-key") {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
}

func TestLogIsFollowedUntilInterrupted(t *testing.T) {
	t.Parallel()
	world := flowtest.NewWorld(t, functions.App(functions.Settings{}), nil)
	server := httptest.NewServer(edge.New(world.System(), edge.Options{}))
	defer server.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- newProgram(write).run(ctx, []string{"log", "-f", "-json", "-addr", server.URL})
		write.Close()
	}()
	lines := bufio.NewScanner(read)
	for _, name := range []string{"alice", "bob"} {
		body := fmt.Appendf(nil, `{"consumer":%q,"name":"N"}`, name)
		if _, err := world.Send(flow.Request{Command: "consumer.register", Body: body}); err != nil {
			t.Fatal(err)
		}
		var e edge.Event
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &e) != nil || e.Stream != "consumer/"+name {
			t.Fatalf("printed %q, want the event of %s", lines.Text(), name)
		}
	}
	interrupt()
	if lines.Scan() {
		t.Errorf("printed %q too", lines.Text())
	}
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestAFolderIsFollowedUntilInterrupted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code := newProgram(io.Discard).run(t.Context(), []string{"send", "-data", dir, "consumer.register", "consumer=alice", "name=Alice"}); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	out := &interrupter{interrupt: interrupt}
	if code := newProgram(out).run(ctx, []string{"log", "-f", "-data", dir}); code != 0 || !strings.Contains(out.String(), "consumer/alice") {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
}

// An interrupter interrupts as soon as something is written.
type interrupter struct {
	bytes.Buffer
	interrupt func()
}

func (i *interrupter) Write(data []byte) (int, error) {
	defer i.interrupt()
	return i.Buffer.Write(data)
}

func TestAFullDiskIsAFailure(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"help", "check", "events", "functions", "picture", "version"} {
		var told bytes.Buffer
		p := newProgram(full{})
		p.err = &told
		if code := p.run(t.Context(), []string{verb}); code != 1 || !strings.Contains(told.String(), "no space left") {
			t.Errorf("%s: exit code %d: %s", verb, code, told.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestHelpHasAnExampleForEachVerb(t *testing.T) {
	t.Parallel()
	for _, v := range verbs() {
		var out bytes.Buffer
		if code := newProgram(&out).run(t.Context(), []string{"help", v.name}); code != 0 || strings.Count(out.String(), "onevent "+v.name) < 2 {
			t.Errorf("exit code %d: %s", code, out.String())
		}
	}
}

func TestOutputIsEscaped(t *testing.T) {
	t.Parallel()
	const hostile = "a\x1b[31mb\u009b1m\x7f\u202e\U000e0001c é 🍜"
	data, err := json.Marshal(map[string]string{"note": hostile})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	clean := cleanJSON(data)
	if err := json.Unmarshal([]byte(clean), &back); err != nil || back["note"] != hostile {
		t.Fatalf("%s is another value: %q, %v", clean, back["note"], err)
	}
	e := edge.Event{Recorded: flow.Recorded{Type: "order." + hostile, Stream: "order/" + hostile, Function: hostile, Data: data, Time: driver.Time(1)}}
	for _, text := range []string{clean, newProgram(nil).eventLine(e), (&problem{Detail: hostile, Code: hostile}).Error()} {
		if strings.ContainsAny(text, "\x1b\u009b\x7f\u202e\U000e0001") || !strings.Contains(text, "é 🍜") {
			t.Errorf("%q", text)
		}
	}
}
