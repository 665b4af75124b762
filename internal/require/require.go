// Package require is for tests that need what a machine may lack: an emulator, a tool,
// or time. ONEVENT_REQUIRE lists, with commas, what must not be skipped.
package require

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// Listed says whether ONEVENT_REQUIRE lists a word.
func Listed(word string) bool {
	return slices.Contains(strings.Split(os.Getenv("ONEVENT_REQUIRE"), ","), word)
}

// Installed ends a test on an error of what it needs: it is skipped if the error says
// that this is missing, unless ONEVENT_REQUIRE lists the word; and fails otherwise.
func Installed(tb testing.TB, word string, err, missing error) {
	tb.Helper()
	switch {
	case errors.Is(err, missing) && !Listed(word):
		tb.Skip(err)
	case err != nil:
		tb.Fatal(err)
	}
}
