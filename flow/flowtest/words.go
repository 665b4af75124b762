package flowtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
)

// perform runs one line of a story and returns what it prints.
func perform(w *World, words map[string]Command, line string) string {
	w.t.Helper()
	args := splitWords(line)
	command, least := words[args[0]], 0
	if command == nil {
		command, least = builtIn(args[0])
	}
	if command == nil || len(args) <= least {
		w.t.Fatalf("story: %q: no such command, or too few words", line)
	}
	text, err := command(w, args[1:])
	if err != nil {
		text = "error: " + err.Error()
	}
	lines := w.told()
	if text != "" {
		lines = append(lines, text)
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// splitWords splits at spaces that are not within brackets, braces or quotes, so
// that a JSON value is one word.
func splitWords(line string) []string {
	var words []string
	depth, quoted, start := 0, false, 0
	for i, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '[' || r == '{':
			depth++
		case r == ']' || r == '}':
			depth--
		case r == ' ' && depth == 0:
			if i > start {
				words = append(words, line[start:i])
			}
			start = i + 1
		}
	}
	return append(words, line[start:])
}

// builtIn returns a command that every story may use, and how many words it takes
// at least.
func builtIn(name string) (command Command, least int) {
	switch name {
	case "send":
		return send, 1
	case "run":
		return func(w *World, _ []string) (string, error) { w.Run(); return "", nil }, 0
	case "step":
		return step, 1
	case "hold":
		return func(w *World, args []string) (string, error) { return each(args, w.Hold) }, 1
	case "release":
		return func(w *World, args []string) (string, error) { return each(args, w.Release) }, 1
	case "shuffle":
		return shuffle, 2
	case "wait":
		return wait, 1
	case "view":
		return view, 2
	case "stream":
		return stream, 1
	case "parked":
		return parked, 0
	}
	return nil, 0
}

func each(args []string, do func(string)) (string, error) {
	for _, a := range args {
		do(a)
	}
	return "", nil
}

func send(w *World, args []string) (string, error) {
	r := flow.Request{Command: args[0], Actor: "story"}
	fields := map[string]json.RawMessage{}
	for _, arg := range args[1:] {
		if key, ok := strings.CutPrefix(arg, "key:="); ok {
			r.IdempotencyKey = key
			continue
		}
		if actor, ok := strings.CutPrefix(arg, "actor:="); ok {
			r.Actor = actor
			continue
		}
		name, value, ok := strings.Cut(arg, "=")
		if !ok {
			return "", fmt.Errorf("%q is not key=value", arg)
		}
		fields[name] = jsonValue(value)
	}
	var err error
	if r.Body, err = json.Marshal(fields); err != nil {
		return "", err
	}
	receipt, err := w.Send(r)
	var refusal *flow.Refusal
	switch {
	case errors.As(err, &refusal):
		return "refused: " + refusal.Error(), nil
	case err != nil:
		return "", err
	case receipt.Repeated:
		return "repeated: " + receipt.Stream, nil
	case len(receipt.Events) == 0:
		return "nothing to do", nil
	}
	return "", nil
}

// jsonValue returns text as JSON: itself if it is, a string otherwise.
func jsonValue(text string) json.RawMessage {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage("null") // a string is always written
	}
	return quoted
}

func step(w *World, args []string) (string, error) {
	n, err := strconv.Atoi(args[0])
	for i := 0; i < n && w.Step(); i++ {
		continue
	}
	return "", err
}

// maxCopies is how many copies of a message a story may ask for.
const maxCopies = 100

func shuffle(w *World, args []string) (string, error) {
	seed, seedErr := strconv.ParseUint(args[0], 10, 64)
	copies, copiesErr := strconv.Atoi(strings.TrimPrefix(args[1], "x"))
	if err := errors.Join(seedErr, copiesErr); err != nil {
		return "", err
	}
	if copies < 1 || copies > maxCopies {
		return "", fmt.Errorf("%d copies; x1 to x%d are possible", copies, maxCopies)
	}
	w.Shuffle(seed, copies)
	return "", nil
}

func wait(w *World, args []string) (string, error) {
	d, err := time.ParseDuration(args[0])
	if err == nil {
		w.Wait(d)
	}
	return "", err
}

func view(w *World, args []string) (string, error) {
	data, err := w.system.Document(w.t.Context(), args[0], args[1])
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, data, "", "  "); err != nil {
		return "", err
	}
	return text.String(), nil
}

func stream(w *World, args []string) (string, error) {
	namespace, key, _ := strings.Cut(args[0], "/")
	var lines []string
	for e, err := range w.system.Stream(w.t.Context(), namespace, key) {
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%d %s %s (%s, %s)", e.Seq, e.Type, e.Data, e.Function, e.Actor))
	}
	return strings.Join(lines, "\n"), nil
}

func parked(w *World, _ []string) (string, error) {
	var lines []string
	for f, err := range w.system.Parked(w.t.Context()) {
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s on %s %s: %s (%d attempts)", f.Function, f.Event.Stream, f.Event.Type, f.Error, f.Attempts))
	}
	if len(lines) == 0 {
		return "nothing is parked", nil
	}
	return strings.Join(lines, "\n"), nil
}
