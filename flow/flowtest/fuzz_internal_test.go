package flowtest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/internal/testapp"
)

// FuzzStory tells stories that nobody wrote: no line makes a world panic or hang,
// and a story that is written again, with what happened, is the same story.
func FuzzStory(f *testing.F) {
	fuzzing.Seed(f, 500,
		[]any{"# one\nsend light.press light=a house=h times=3 key:=k actor:=me\nrun\n----\n\nwait 10m\nstream light/a\nview lights a\nview houses h\nparked\n----\nold\n"},
		[]any{"hold light.switched_on x\nsend light.press light=a house=\"a b\"\nstep 2\nrelease light.switched_on\nshuffle 7 x3\nrun\n----\n"},
		[]any{"step 99999999999\nstep -1\nshuffle 1 x-1\nshuffle x 1\nwait -1h\nwait 1000000h\nview\nsend\nsend x =\nsend light.press light=\x01 house=\u00ad\n----\n"},
		[]any{"----\n\n\n----\n----\nrun"},
		[]any{"send light.press {[\"\n }] }\nrun \n  run\n"})
	f.Fuzz(func(t *testing.T, text string) {
		blocks := parseStory(text)
		if again := parseStory(written(blocks)); !sameBlocks(blocks, again) {
			t.Fatalf("%q is %q, and written again %q", text, blocks, again)
		}
		w := NewWorld(t, testapp.App(nil), nil)
		for _, b := range blocks {
			for _, line := range b.commands {
				tell(t, w, line)
			}
		}
	})
}

// tell performs a line as a story does, but for what ends the test.
func tell(t *testing.T, w *World, line string) {
	t.Helper()
	args := splitWords(line)
	if len(args) == 0 || strings.ReplaceAll(line, " ", "") != strings.ReplaceAll(strings.Join(args, ""), " ", "") {
		t.Fatalf("%q splits into %q", line, args)
	}
	for _, arg := range args {
		if times, ok := strings.CutPrefix(arg, "times="); ok && len(times) > 2 {
			return // more presses than a test waits for
		}
		if value := jsonValue(arg); !json.Valid(value) {
			t.Fatalf("%q is %s", arg, value)
		}
	}
	if command, least := builtIn(args[0]); command != nil && len(args) > least {
		_, _ = command(w, args[1:])
		_ = w.told()
	}
}

// written returns a story without what its commands print.
func written(blocks []block) string {
	var b strings.Builder
	for _, block := range blocks {
		b.WriteString(block.comment)
		if len(block.commands) > 0 {
			b.WriteString(strings.Join(block.commands, "\n") + "\n----\n\n")
		}
	}
	return b.String()
}

// sameBlocks compares the commands of two stories.
func sameBlocks(a, b []block) bool {
	commands := func(blocks []block) (all []string) {
		for _, b := range blocks {
			all = append(all, b.commands...)
		}
		return all
	}
	return slices.Equal(commands(a), commands(b))
}
