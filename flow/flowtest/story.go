package flowtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// Options are how stories are told.
type Options struct {
	// Stores, where it is not nil, opens the platform that a story runs on, with
	// nothing in it: its stores, and its broker if that is the Publisher, see
	// NewWorld. The default is memory.
	//
	// The story is then told once more in memory, with another application, and the
	// platform must hold the same as memory at its end: each record of the log, with
	// its identity, time and hash, each head, document and thing on the agenda.
	Stores func(t *testing.T) *driver.Platform
	// Update rewrites the files with what happened instead of comparing.
	Update bool
}

// UpdateFlag declares the flag -update for the Options of a test program. Call it
// from a package variable or TestMain, once.
func UpdateFlag() *bool { return flag.Bool("update", false, "rewrite the stories with what happened") }

// A Command is a word that stories of an application may use besides those of
// Stories: it gets the words after it and returns what to print.
type Command func(w *World, args []string) (string, error)

// Stories runs each file that matches the pattern as a parallel subtest, against
// a fresh application with its own words.
//
// A file is a sequence of blocks: lines with one command each, a line "----", and
// what the commands print, up to the next empty line. Text before a block that
// begins with # is a comment.
//
//	send NAME key=value…   executes a command; values are JSON, or else strings
//	                       key:=ID sets the idempotency key, actor:=WHO the actor
//	run                    delivers messages until none is left
//	step N                 delivers N messages
//	hold TYPE…             keeps messages of these types back
//	release TYPE…          lets them through again
//	shuffle SEED xN        delivers each message N times from now on, in a random order
//	wait DURATION          moves the clock on, and does what has fallen due
//	view NAME KEY          prints a document
//	stream NAMESPACE/KEY   prints the events of a stream
//	parked                 prints what was given up
//
// run, step and wait print one line for each event that is recorded:
// function: what it handled → stream, event and its data.
func Stories(t *testing.T, pattern string, app func(t *testing.T) (flow.App, map[string]Command), options Options) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("stories %s: no such files (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			w := tellStory(t, file, app, options)
			if options.Stores != nil {
				compareToMemory(t, w, tellStory(t, file, app, Options{}))
			}
		})
	}
}

// tellStory tells a story in a world of its own, and returns that.
func tellStory(t *testing.T, file string, app func(t *testing.T) (flow.App, map[string]Command), o Options) *World {
	t.Helper()
	a, words := app(t)
	var stores *driver.Platform
	if o.Stores != nil {
		stores = o.Stores(t)
	}
	w := NewWorld(t, a, stores)
	compareStory(t, file, w, words, o.Update)
	return w
}

func compareStory(t *testing.T, file string, w *World, words map[string]Command, update bool) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, block := range parseStory(string(want)) {
		got.WriteString(block.comment)
		if len(block.commands) == 0 {
			continue
		}
		for _, line := range block.commands {
			fmt.Fprintln(&got, line)
		}
		fmt.Fprintln(&got, "----")
		for _, line := range block.commands {
			got.WriteString(perform(w, words, line))
		}
		fmt.Fprintln(&got)
	}
	text := strings.TrimRight(got.String(), "\n") + "\n"
	if update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := firstDifference(text, string(want)); d != "" {
		t.Fatalf("%s: %s\nRun with -update to accept what happened, and read the difference.", file, d)
	}
}

func compareToMemory(t *testing.T, w, memory *World) {
	t.Helper()
	d, err := w.difference(memory)
	if err != nil {
		t.Fatal(err)
	}
	if d != "" {
		t.Fatalf("the platform does not hold what memory holds after the same story: %s", d)
	}
}

// A block is a part of a story: comments and empty lines, then commands.
type block struct {
	comment  string
	commands []string
}

func parseStory(text string) []block {
	var blocks []block
	var b block
	output := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case output:
			if line == "" {
				blocks, b, output = append(blocks, b), block{}, false
			}
		case line == "----":
			output = true
		case line == "" || strings.HasPrefix(line, "#"):
			b.comment += line + "\n"
		default:
			b.commands = append(b.commands, line)
		}
	}
	return append(blocks, b)
}

// firstDifference tells the first line in which two texts differ; empty if they
// are the same.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		a, b := lineAt(g, i), lineAt(w, i)
		if a != b {
			return fmt.Sprintf("line %d:\n  got  %s\n  want %s", i+1, a, b)
		}
	}
	return ""
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}
