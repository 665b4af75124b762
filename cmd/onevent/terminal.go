package main

import (
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// usualWidth is how wide a terminal is that does not tell, in characters.
const usualWidth = 100

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// wantsColour says whether colour is welcome on a terminal, see
// https://no-color.org.
func wantsColour(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

func widthOf(getenv func(string) string) int {
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return usualWidth
}

// paint colours a text on a terminal.
func (p *program) paint(code, text string) string {
	if !p.colour || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// fit cuts a text that would not fit in what a terminal's line has left after
// used characters. Where there is no terminal, all of it is wanted.
func (p *program) fit(used int, text string) string {
	left := max(p.width-used, 10)
	if runes := []rune(text); p.width > 0 && len(runes) > left {
		return string(runes[:left-1]) + "…"
	}
	return text
}

// clean returns a text without what a terminal would obey: it comes from outside.
func clean(text string) string {
	return replaceUnprintable(text, func(r rune) string { return strings.Trim(strconv.QuoteRune(r), "'") })
}

// cleanJSON is clean for JSON, which stays the same value.
func cleanJSON(data []byte) string {
	return replaceUnprintable(string(data), func(r rune) string {
		if r == '\n' {
			return "\n" // within a text it is escaped already
		}
		var escaped strings.Builder
		for _, unit := range utf16.Encode([]rune{r}) {
			escaped.WriteString(`\u` + strconv.FormatUint(uint64(unit)+0x10000, 16)[1:])
		}
		return escaped.String()
	})
}

func replaceUnprintable(text string, replacement func(rune) string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(replacement(r))
		}
	}
	return b.String()
}
