package docs

import (
	"time"

	"github.com/onevent/onevent/flow"
)

// A node is a command or an event in the tree of what follows from a command.
type node struct {
	Type     string
	Function string // that handles it; empty for one that ends the flow
	Deadline bool
	// Again is set if what follows from it is told elsewhere in the tree.
	Again bool
	Next  []*node
	kind  flow.Kind // KindCommand or KindWebhook at the root
}

// Anchor returns where the page tells more.
func (n *node) Anchor() string {
	switch n.kind {
	case flow.KindCommand:
		return "command-" + n.Type
	case flow.KindWebhook:
		return "functions"
	case flow.KindOn, flow.KindEffect, flow.KindView, flow.KindTally, flow.KindTap:
	}
	return "event-" + n.Type
}

// flows returns what follows from each command and each webhook, as trees.
func (d *Docs) flows() []*node {
	handlers := map[string]flow.Function{}
	for _, f := range d.app.Functions {
		if k := f.Kind(); k == flow.KindOn || k == flow.KindEffect {
			handlers[f.Input().Type()] = f
		}
	}
	deadlines := map[string]bool{}
	for _, e := range d.app.Events.Entries() {
		_, deadlines[e.Event.Type()] = e.Event.(interface{ Delay() time.Duration })
	}
	var trees []*node
	for _, f := range d.app.Functions {
		if k := f.Kind(); k != flow.KindCommand && k != flow.KindWebhook {
			continue
		}
		g := grower{handlers: handlers, deadlines: deadlines, told: map[string]bool{}}
		root := &node{Type: f.Input().Type(), Function: f.Name(), kind: f.Kind()}
		// Breadth first, so that each event is told where it is reached first.
		for queue := g.grow(root, f); len(queue) > 0; queue = queue[1:] {
			queue = append(queue, g.grow(queue[0], handlers[queue[0].Type])...)
		}
		trees = append(trees, root)
	}
	return trees
}

// A grower makes one tree.
type grower struct {
	handlers  map[string]flow.Function
	deadlines map[string]bool
	told      map[string]bool
}

// grow adds what a function emits below a node, and returns what is told there for
// the first time.
func (g grower) grow(n *node, f flow.Function) (added []*node) {
	for _, typ := range f.Outputs() {
		handler := g.handlers[typ].Name()
		child := &node{Type: typ, Function: handler, Deadline: g.deadlines[typ], Again: g.told[typ] && handler != ""}
		n.Next = append(n.Next, child)
		if !g.told[typ] {
			g.told[typ] = true
			added = append(added, child)
		}
	}
	return added
}
