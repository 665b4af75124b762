package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions"
)

var update = flowtest.UpdateFlag()

// TestSessions plays the sessions in testdata: a line that begins with "$ " is a
// command line, the lines below are what it prints and, if it is not 0, its exit
// code. "$ run" lets the system handle what was sent, "$ wait D" lets time pass,
// "$ orders N" places orders, "$ garbage FUNCTION" delivers a message that can't be read, "$ data" starts
// afresh on a data folder instead of a running system, "$ width N" is a terminal of
// N characters from then on. -update rewrites the files.
func TestSessions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sessions: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Fatalf("%s: what happened is\n%s", file, got)
			}
		})
	}
}

func play(t *testing.T, script string) string {
	t.Helper()
	world := flowtest.NewWorld(t, functions.App(functions.Settings{}), nil)
	server := httptest.NewServer(edge.New(world.System(), edge.Options{}))
	t.Cleanup(server.Close)
	s := &session{where: []string{"-addr", server.URL}, now: world.Clock().Now}
	var told strings.Builder
	for line := range strings.Lines(script) {
		command, isCommand := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		switch {
		case strings.HasPrefix(line, "#"):
			told.WriteString(line)
		case !isCommand:
		case command == "run":
			told.WriteString("$ run\n")
			world.Run()
		case strings.HasPrefix(command, "wait "):
			told.WriteString("$ " + command + "\n")
			d, err := time.ParseDuration(strings.TrimPrefix(command, "wait "))
			if err != nil {
				t.Fatal(err)
			}
			world.Wait(d)
			world.Run()
		case strings.HasPrefix(command, "orders "):
			told.WriteString("$ " + command + "\n")
			n, err := strconv.Atoi(strings.TrimPrefix(command, "orders "))
			if err != nil {
				t.Fatal(err)
			}
			placeOrders(t, world, n)
		case strings.HasPrefix(command, "garbage "):
			told.WriteString("$ " + command + "\n")
			if err := world.System().Deliver(t.Context(), garbage(strings.TrimPrefix(command, "garbage "))); err != nil {
				t.Fatal(err)
			}
		case command == "data":
			told.WriteString("$ data\n")
			s.where = []string{"-data", t.TempDir()}
		case strings.HasPrefix(command, "width "):
			told.WriteString("$ " + command + "\n")
			s.width, _ = strconv.Atoi(strings.TrimPrefix(command, "width "))
		default:
			told.WriteString("$ " + command + "\n" + s.execute(t, command))
		}
	}
	return strings.ReplaceAll(told.String(), server.URL, "http://SERVER")
}

// placeOrders places orders that the restaurant would get, if there was one.
func placeOrders(t *testing.T, world *flowtest.World, n int) {
	t.Helper()
	for i := range n {
		body := fmt.Appendf(nil, `{"order":"n%d","consumer":"alice","restaurant":"roma","items":[{"name":"tea","quantity":1,"price":100}]}`, i)
		if _, err := world.Send(flow.Request{Command: "order.place", Body: body}); err != nil {
			t.Fatal(err)
		}
	}
}

// garbage returns a message that nobody can read, and no terminal should.
func garbage(subscription string) driver.Message {
	return driver.Message{
		ID: "m-1", Topic: "order.created", Subscription: subscription, Attributes: map[string]string{"specversion": "9\x1b[2J", "colour": "red"},
		Data: []byte("{\"order\":\x1b]0;pwned\x07\xff\xfe no JSON}"), Attempt: 1,
	}
}

// A session is where the command lines of a file are played.
type session struct {
	where []string // the flags that name the system
	now   func() time.Time
	width int
	keys  int // idempotency keys that were made
}

func (s *session) execute(t *testing.T, command string) string {
	t.Helper()
	words := splitWords(command)[1:]
	if len(words) > 0 && words[0] != "help" && words[0] != "check" && words[0] != "events" && words[0] != "functions" {
		words = append(words[:1:1], append(s.where, words[1:]...)...)
	}
	var out bytes.Buffer
	p := newProgram(&out)
	p.width, p.now = s.width, s.now
	p.newKey = func() string { s.keys++; return fmt.Sprint("key-", s.keys) }
	if code := p.run(t.Context(), words); code != 0 {
		fmt.Fprintf(&out, "exit code %d\n", code)
	}
	return out.String()
}

// newProgram returns a program that prints everything to out.
func newProgram(out io.Writer) *program {
	return &program{
		app: application(), in: strings.NewReader(`{"order":"7","consumer":"alice"}`),
		out: out, err: out, getenv: func(string) string { return "" }, newKey: func() string { return "key" }, now: flowtest.NewClock().Now,
	}
}

// splitWords splits at spaces that are not within single quotes.
func splitWords(line string) []string {
	var words []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			words[len(words)-1] += part
			continue
		}
		fields := strings.Split(part, " ")
		if i > 0 {
			words[len(words)-1] += fields[0]
			fields = fields[1:]
		}
		for _, f := range fields {
			if f != "" || i%2 == 0 && len(words) > 0 && strings.HasSuffix(part, "=") {
				words = append(words, f)
			}
		}
	}
	return words
}

func TestCheckTellsEachProblem(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	app := functions.App(functions.Settings{})
	app.Functions = append(app.Functions[1:len(app.Functions):len(app.Functions)], app.Functions[3])
	p := newProgram(&out)
	p.app = app
	if code := p.run(t.Context(), []string{"check"}); code != 1 || strings.Count(out.String(), "✗ ") < 2 {
		t.Fatalf("exit code %d:\n%s", code, out.String())
	}
}

func TestWhatATerminalWouldObeyIsEscaped(t *testing.T) {
	t.Parallel()
	if got, want := clean("a\x1b[31mb\x07\n\u202ec é 🍜"), `a\x1b[31mb\a\n\u202ec é 🍜`; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
}
