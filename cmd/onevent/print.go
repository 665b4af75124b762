package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// paint colours a text on a terminal.
func (p *program) paint(code, text string) string {
	if !p.colour || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

const (
	dim   = "2"
	red   = "31"
	green = "32"
	bold  = "1"
)

// colourOf returns a colour for each namespace, so that a thing can be followed
// with the eye.
func colourOf(typ string) string {
	return map[string]string{
		"order": "36", "credit": "33", "ticket": "35", "delivery": "34", "payment": "32",
	}[flow.Namespace(typ)]
}

// eventLine returns an event in one line.
func (p *program) eventLine(e edge.Event) string {
	at := e.Time.Time().Format("2006-01-02 15:04:05.000")
	return fmt.Sprintf("%s  %-20s %s %s %s", p.paint(dim, at), clean(e.Stream),
		p.paint(colourOf(e.Type), fmt.Sprintf("%-22s", e.Type)), p.paint(dim, fmt.Sprintf("← %-21s", e.Function)), clean(string(e.Data)))
}

// clean returns a text without what a terminal would obey: it comes from outside.
func clean(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// table writes rows in columns as wide as they need to be; the last is as long as
// it is.
func table(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// indented writes JSON for people.
func indented(w io.Writer, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", data)
	}
	return err
}

// joined returns names in one cell.
func joined(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(slices.Sorted(slices.Values(names)), " ")
}
