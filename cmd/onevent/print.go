package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

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

// eventLine returns an event in one line: when, on what, what, who, and the data.
func (p *program) eventLine(e edge.Event) string {
	at := e.Time.Time().Format("15:04:05.000")
	stream, typ, function := fmt.Sprintf("%-18s", clean(e.Stream)), fmt.Sprintf("%-22s", clean(e.Type)), fmt.Sprintf("← %-16s", clean(e.Function))
	used := len(at) + len("  ") + utf8.RuneCountInString(stream+" "+typ+" "+function+"  ")
	return strings.TrimRight(fmt.Sprintf("%s  %s %s %s  %s", p.paint(dim, at), stream, p.paint(colourOf(e.Type), typ),
		p.paint(dim, function), p.fit(used, detailsOf(e.Recorded))), " ")
}

// detailsOf returns the fields of an event as name=value, but for its key. Of
// arrays and objects it tells only how much they hold.
func detailsOf(e flow.Recorded) string {
	_, key, _ := strings.Cut(e.Stream, "/")
	var parts []string
	for name, value := range members(e.Data) {
		text := string(value)
		var word string
		if json.Unmarshal(value, &word) == nil {
			if word == key {
				continue
			}
			text = plain(word)
		}
		if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
			text = sizeOf(value)
		}
		parts = append(parts, clean(name)+"="+clean(text))
	}
	return strings.Join(parts, " ")
}

// members returns the members of an object in their order; none, if it is no
// object.
func members(data []byte) func(yield func(string, json.RawMessage) bool) {
	return func(yield func(string, json.RawMessage) bool) {
		d := json.NewDecoder(bytes.NewReader(data))
		if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
			return
		}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return
			}
			var value json.RawMessage
			if d.Decode(&value) != nil || !yield(fmt.Sprint(name), value) {
				return
			}
		}
	}
}

// plain returns a text as it is if it is one word, and quoted if it is not.
func plain(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` || text == "" || strings.Contains(text, " ") {
		return quoted
	}
	return text
}

func sizeOf(data json.RawMessage) string {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil {
		return fmt.Sprintf("[%d]", len(list))
	}
	return "{…}"
}

// table writes rows in columns as wide as they need to be. On a terminal that is
// too narrow for them, the widest give way, and their words go on below.
func (p *program) table(rows [][]string) {
	for _, row := range rows {
		for i := range row {
			row[i] = clean(row[i])
		}
	}
	widths := p.widths(rows)
	for _, row := range rows {
		cells := make([][]string, len(row))
		height := 1
		for i, cell := range row {
			cells[i] = wrap(cell, widths[i])
			height = max(height, len(cells[i]))
		}
		for n := range height {
			var line strings.Builder
			for i, lines := range cells {
				text := ""
				if n < len(lines) {
					text = lines[n]
				}
				line.WriteString(text + strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(text))+2))
			}
			fmt.Fprintln(p.out, strings.TrimRight(line.String(), " "))
		}
	}
}

// narrowest is how narrow a column of a table may become.
const narrowest = 16

func (p *program) widths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	total := 2 * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for p.width > 0 && total > p.width && slices.Max(widths) > narrowest {
		widths[slices.Index(widths, slices.Max(widths))]--
		total--
	}
	return widths
}

// wrap returns the words of a cell in lines of at most width characters; a longer
// word has a line of its own.
func wrap(cell string, width int) []string {
	if utf8.RuneCountInString(cell) <= width {
		return []string{cell}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(cell) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// indented writes a value as JSON for people.
func indented(w io.Writer, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err == nil {
		_, err = fmt.Fprintln(w, cleanJSON(data))
	}
	return err
}

// jsonLine writes a value as JSON in one line.
func jsonLine(w io.Writer, value any) error {
	data, err := json.Marshal(value)
	if err == nil {
		_, err = fmt.Fprintln(w, cleanJSON(data))
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
