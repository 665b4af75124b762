package access

import (
	"fmt"
	"strings"

	"github.com/onevent/onevent/flow"
)

const (
	firstColumn = "may"
	mark        = "yes"
)

// Table returns a policy as a Markdown table, which also reads well as text: a row
// for each right in an application, a column for each role.
func (p Policy) Table(app flow.App) string {
	rights := Rights(app)
	rows := [][]string{p.head()}
	for _, right := range rights {
		row := []string{right.String()}
		for _, rule := range p {
			cell := ""
			if rule.allows(right) {
				cell = mark
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return aligned(rows)
}

func (p Policy) head() []string {
	row := []string{firstColumn}
	for _, rule := range p {
		row = append(row, strings.ReplaceAll(rule.Role, "|", `\|`))
	}
	return row
}

// aligned writes rows below the first one, which is the head.
func aligned(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell), len(mark))
		}
	}
	var out strings.Builder
	for i, row := range rows {
		for j, cell := range row {
			fmt.Fprintf(&out, "| %-*s ", widths[j], cell)
		}
		out.WriteString("|\n")
		if i > 0 {
			continue
		}
		for _, width := range widths {
			out.WriteString("|" + strings.Repeat("-", width+2))
		}
		out.WriteString("|\n")
	}
	return out.String()
}
