package flow

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid returns a picture of an application as a Mermaid flowchart: commands
// and events, the function of each, and what it emits. Events that end a flow
// have a thick border, views are left out.
// See https://mermaid.js.org/syntax/flowchart.html.
func Mermaid(app App) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	var finals []string
	for _, e := range app.Events.entries {
		typ := e.event.Type()
		fmt.Fprintf(&b, "  %s([%s])\n", nodeOf(typ), typ)
		if e.final {
			finals = append(finals, nodeOf(typ))
		}
	}
	for _, f := range app.Functions {
		shape := "  %s[%s]\n"
		switch f.kind {
		case KindView, KindTally:
			continue
		case KindEffect:
			shape = "  %s[[%s]]\n"
		case KindCommand:
			fmt.Fprintf(&b, "  %s>%s]\n", nodeOf(f.inputs[0].Type()), f.inputs[0].Type())
		case KindOn:
		}
		fmt.Fprintf(&b, shape, nodeOf(f.name), f.name)
		fmt.Fprintf(&b, "  %s --> %s\n", nodeOf(f.inputs[0].Type()), nodeOf(f.name))
		writeArrows(&b, f)
	}
	slices.Sort(finals)
	b.WriteString("  classDef final stroke-width:3px\n")
	if len(finals) > 0 {
		fmt.Fprintf(&b, "  class %s final\n", strings.Join(finals, ","))
	}
	return b.String()
}

// writeArrows draws what a function emits; deadlines, which come later, dotted.
func writeArrows(b *strings.Builder, f Function) {
	for _, e := range f.emits {
		arrow := "-->"
		if isDeadline(e) {
			arrow = "-.->"
		}
		fmt.Fprintf(b, "  %s %s %s\n", nodeOf(f.name), arrow, nodeOf(e.Type()))
	}
}

// nodeOf returns a name as Mermaid wants identities.
func nodeOf(name string) string { return strings.NewReplacer(".", "_", "-", "_").Replace(name) }
