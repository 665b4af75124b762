package flow

import (
	"fmt"
	"strings"
)

// Mermaid returns a picture of an application as a Mermaid flowchart. One event,
// one function, so each box is both: the command or event, and below it the
// function that handles it, with an arrow to each event that it emits, dotted
// where the event is a deadline. Events that end a flow are round, effects have
// double sides, commands a notch; views are left out.
// See https://mermaid.js.org/syntax/flowchart.html.
func Mermaid(app App) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, e := range app.Events.entries {
		if typ := e.event.Type(); e.final {
			fmt.Fprintf(&b, "  %s([%s])\n", nodeOf(typ), typ)
		}
	}
	for _, f := range app.Functions {
		shape, ok := map[Kind]string{KindOn: "[%s]", KindEffect: "[[%s]]", KindCommand: ">%s]", KindWebhook: ">%s]"}[f.kind]
		if !ok {
			continue
		}
		in := f.inputs[0].Type()
		fmt.Fprintf(&b, "  %s"+shape+"\n", nodeOf(in), `"`+in+"<br/><i>"+f.name+`</i>"`)
		for _, e := range f.emits {
			arrow := "-->"
			if isDeadline(e) {
				arrow = "-.->"
			}
			fmt.Fprintf(&b, "  %s %s %s\n", nodeOf(in), arrow, nodeOf(e.Type()))
		}
	}
	return b.String()
}

// nodeOf returns a wire name as Mermaid wants identities.
func nodeOf(typ string) string { return strings.ReplaceAll(typ, ".", "_") }
