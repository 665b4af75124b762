package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow"
)

// A narrator tells each event in one line, once.
type narrator struct {
	mu     sync.Mutex
	out    io.Writer
	colour bool
	told   outside.Recent // events, by ID
}

func newNarrator(out io.Writer, colour bool) *narrator {
	return &narrator{out: out, colour: colour}
}

// isTerminal says whether colour is welcome in a file.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func (n *narrator) observe(e flow.Recorded) {
	if !n.told.IsNew(e.ID) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintln(n.out, n.line(e))
}

// line returns an event as
//
//	12:00:01.234  order/o-17      order.created           ← place-order    alice 17.50 …
func (n *narrator) line(e flow.Recorded) string {
	at := e.Time.Time().Local().Format("15:04:05.000")
	text := fmt.Sprintf("%-20s %-22s", e.Stream, e.Type)
	return fmt.Sprintf("%s  %s %s %s", n.paint("2", at), n.paint(colourOf(e.Type), text),
		n.paint("2", fmt.Sprintf("← %-21s", e.Function)), clip(detailsOf(e)))
}

func (n *narrator) paint(code, text string) string {
	if !n.colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// colourOf returns red for what went wrong, green for what ended well, and a
// colour of its own for each service.
func colourOf(typ string) string {
	switch typ {
	case "order.completed":
		return "1;32"
	case "order.cancelled", "credit.limit_exceeded", "ticket.rejected", "ticket.expired", "payment.failed":
		return "31"
	}
	colours := map[string]string{"order": "36", "credit": "33", "ticket": "35", "delivery": "34", "payment": "32"}
	return colours[flow.Namespace(typ)]
}

// plain returns a text as it is if it is one word, and quoted, with what a
// terminal would obey escaped, if it is not.
func plain(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` || strings.ContainsRune(text, ' ') {
		return quoted
	}
	return text
}

// maxDetails is how many characters of an event's details are told, so that a
// line fits a terminal.
const maxDetails = 60

func clip(text string) string {
	if runes := []rune(text); len(runes) > maxDetails {
		return string(runes[:maxDetails-1]) + "…"
	}
	return text
}

// detailsOf returns the fields of an event that are neither its key nor lists, in
// the order of their names.
func detailsOf(e flow.Recorded) string {
	var fields map[string]any
	if json.Unmarshal(e.Data, &fields) != nil {
		return ""
	}
	_, key, _ := strings.Cut(e.Stream, "/")
	var parts []string
	for name, value := range fields {
		switch v := value.(type) {
		case string:
			if v != key && v != "" {
				parts = append(parts, name+"="+plain(v))
			}
		case float64:
			parts = append(parts, fmt.Sprintf("%s=%v", name, v))
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, " ")
}
