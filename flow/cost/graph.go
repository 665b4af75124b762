package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
)

// Limits say from when on a warning is due. The zero Limits are good.
type Limits struct {
	// Messages is the most that may follow from one command; 0 means 250.
	Messages int
	// Takers is the most functions and views that may take one event; 0 means 10.
	Takers int
}

// A Fan is what can follow from one command or webhook.
type Fan struct {
	// Input is the command, as in "order.place".
	Input string `json:"input"`
	// Messages is how many messages there are at most if every function emits each
	// of its events once, and none twice. A loop is gone through once.
	Messages int `json:"messages"`
}

// Fans returns what can follow from each command and webhook, the widest first. Most
// functions emit one of several events, so that what is measured is far less.
func Fans(app flow.App) []Fan {
	g := newGraph(app)
	var fans []Fan
	for _, f := range app.Functions {
		if f.Kind() != flow.KindCommand && f.Kind() != flow.KindWebhook {
			continue
		}
		fan := Fan{Input: f.Inputs()[0]}
		for _, typ := range f.Outputs() {
			fan.Messages = saturated(fan.Messages, g.follow(typ))
		}
		fans = append(fans, fan)
	}
	slices.SortStableFunc(fans, func(a, b Fan) int { return b.Messages - a.Messages })
	return fans
}

// Warnings returns what in an application can make a bill grow without anybody
// asking for more: loops, and commands from which much follows. It reads the
// bindings, so it says what can be, not what is.
//
// flow.Check refuses a loop that no function can leave. One that can be left is
// left by a decision, which the engine does not count: so it is worth a look.
func Warnings(app flow.App, l Limits) []string {
	if l.Messages == 0 {
		l.Messages = 250
	}
	if l.Takers == 0 {
		l.Takers = 10
	}
	g := newGraph(app)
	warnings := g.loops()
	for _, fan := range Fans(app) {
		if fan.Messages > l.Messages {
			warnings = append(warnings, fmt.Sprintf("amplification: up to %d messages can follow from one %s, more than %d", fan.Messages, fan.Input, l.Messages))
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(g.takers)) {
		if takers := g.takers[typ]; len(takers) > l.Takers {
			warnings = append(warnings, fmt.Sprintf("amplification: %d functions and views take each %s, more than %d", len(takers), typ, l.Takers))
		}
	}
	return warnings
}

// A graph is which events lead to which.
type graph struct {
	takers map[string][]flow.Function // by the event
	leads  map[string][]string        // to which events an event leads, sorted
	reach  map[string]map[string]bool // which can be reached from one
	waits  map[string]bool            // events that are deadlines
	known  map[string]int             // what follow returned
}

func newGraph(app flow.App) *graph {
	g := &graph{takers: map[string][]flow.Function{}, leads: map[string][]string{}, waits: map[string]bool{}, known: map[string]int{}}
	for _, e := range app.Events.Entries() {
		_, g.waits[e.Event.Type()] = e.Event.(interface{ Delay() time.Duration })
	}
	for _, f := range app.Functions {
		if f.Kind() == flow.KindCommand || f.Kind() == flow.KindWebhook {
			continue
		}
		for _, typ := range f.Inputs() {
			g.takers[typ] = append(g.takers[typ], f)
			g.leads[typ] = append(g.leads[typ], f.Outputs()...)
		}
	}
	g.reach = closure(g.leads)
	return g
}

// closure returns what can be reached from each event, over one step or more.
func closure(leads map[string][]string) map[string]map[string]bool {
	reach := map[string]map[string]bool{}
	for from := range leads {
		seen := map[string]bool{}
		open := slices.Clone(leads[from])
		for len(open) > 0 {
			next := open[len(open)-1]
			open = open[:len(open)-1]
			if !seen[next] {
				seen[next] = true
				open = append(open, leads[next]...)
			}
		}
		reach[from] = seen
	}
	return reach
}

// enough is where counting ends: nobody asks how much more it is.
const enough = 1 << 30

func saturated(a, b int) int { return min(a+b, enough) }

// follow returns how many messages can follow from an event, those of itself among
// them. A loop counts once, with everything to which it leads.
func (g *graph) follow(typ string) int {
	if n, ok := g.known[typ]; ok {
		return n
	}
	members, n := g.circle(typ), 0
	for _, m := range members {
		n = saturated(n, len(g.takers[m]))
		for _, next := range g.leads[m] {
			if !slices.Contains(members, next) {
				n = saturated(n, g.follow(next))
			}
		}
	}
	g.known[typ] = n
	return n
}

// circle returns an event, and those that it leads to and that lead to it.
func (g *graph) circle(typ string) []string {
	members := []string{typ}
	for _, other := range slices.Sorted(maps.Keys(g.reach[typ])) {
		if other != typ && g.reach[other][typ] {
			members = append(members, other)
		}
	}
	return members
}

// loops returns a warning for each set of events that lead to each other.
func (g *graph) loops() []string {
	var warnings []string
	told := map[string]bool{}
	for _, typ := range slices.Sorted(maps.Keys(g.leads)) {
		if told[typ] || !g.reach[typ][typ] {
			continue
		}
		members := g.circle(typ)
		for _, m := range members {
			told[m] = true
		}
		warnings = append(warnings, g.loop(members))
	}
	return warnings
}

// loop says what is to be said of events that lead to each other.
func (g *graph) loop(members []string) string {
	if len(members) == 1 {
		f := g.through(members[0], members)[0]
		return fmt.Sprintf("loop: %s (%s) takes %s and may emit it, so it can trigger itself%s", f.Name(), f.Place(), members[0], g.pace(members))
	}
	var places []string
	for _, typ := range members {
		for _, f := range g.through(typ, members) {
			if at := f.Name() + " (" + f.Place() + ")"; !slices.Contains(places, at) {
				places = append(places, at)
			}
		}
	}
	return fmt.Sprintf("loop: %s can lead to each other, through %s%s", strings.Join(members, ", "), strings.Join(places, ", "), g.pace(members))
}

// through returns the functions that lead from an event to one of several.
func (g *graph) through(typ string, members []string) []flow.Function {
	var some []flow.Function
	for _, f := range g.takers[typ] {
		if slices.ContainsFunc(f.Outputs(), func(out string) bool { return slices.Contains(members, out) }) {
			some = append(some, f)
		}
	}
	return some
}

// pace says whether each round of a loop waits for a deadline.
func (g *graph) pace(members []string) string {
	without := map[string][]string{}
	for _, typ := range members {
		for _, next := range g.leads[typ] {
			if slices.Contains(members, next) && !g.waits[typ] && !g.waits[next] {
				without[typ] = append(without[typ], next)
			}
		}
	}
	for from, reached := range closure(without) {
		if reached[from] {
			return ""
		}
	}
	return "; each round waits for a deadline"
}
