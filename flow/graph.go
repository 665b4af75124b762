package flow

import (
	"maps"
	"slices"
	"strings"
)

// ownership checks that each namespace has one kind of state, which evolves by
// all of its events.
func (c *check) ownership() {
	owners := map[string]Function{}
	for _, f := range c.app.Functions {
		if f.state == nil {
			continue
		}
		ns := f.namespace()
		if first, ok := owners[ns]; ok && first.state.goType != f.state.goType {
			c.add("streams of %s have two states: %s of %s (%s) and %s of %s (%s)", ns,
				first.state.goType, first.name, first.place, f.state.goType, f.name, f.place)
			continue
		}
		owners[ns] = f
	}
	for _, typ := range slices.Sorted(maps.Keys(c.declared)) {
		e := c.declared[typ]
		if f, ok := owners[Namespace(typ)]; ok && !f.state.owns(e.event) {
			c.add("event %s (%s) is none that the state of its streams, %s (%s), evolves by", typ, e.place(), f.state.goType, f.place)
		}
	}
}

// bindings checks that events are declared, emitted and handled.
func (c *check) bindings() {
	for _, f := range c.app.Functions {
		for _, e := range f.emits {
			if _, ok := c.declared[e.Type()]; !ok {
				c.add("%s (%s) emits %s (%s), which the catalogue does not declare", f.name, f.place, e.Type(), goTypePlace(e))
			}
		}
		if !f.kind.onEvents() {
			continue
		}
		for _, typ := range f.Inputs() {
			if _, ok := c.declared[typ]; !ok {
				c.add("%s (%s) is bound to %s, which the catalogue does not declare", f.name, f.place, typ)
			}
		}
	}
	for _, typ := range slices.Sorted(maps.Keys(c.declared)) {
		c.binding(typ, c.declared[typ])
	}
}

func (c *check) binding(typ string, e entry) {
	f, handled := c.bound[typ]
	emitter, emitted := c.emitters[typ]
	switch {
	case !emitted && handled:
		c.add("event %s (%s) is a ghost: %s (%s) handles it and nobody emits it", typ, e.place(), f.name, f.place)
	case !emitted:
		c.add("event %s (%s) is declared and nobody emits it", typ, e.place())
	case handled && e.final:
		c.add("event %s (%s) is declared final and %s (%s) handles it", typ, e.place(), f.name, f.place)
	case !handled && !e.final:
		c.add("event %s (%s) is an orphan: %s (%s) emits it, nobody handles it and it is not declared final",
			typ, e.place(), emitter.name, emitter.place)
	}
}

// cycles checks that every flow can end: from each event that is handled, one
// that is not handled can be reached.
func (c *check) cycles() {
	ends := map[string]bool{}
	canEnd := func(typ string) bool {
		_, handled := c.bound[typ]
		return !handled || ends[typ]
	}
	for changed := true; changed; {
		changed = false
		for typ, f := range c.bound {
			if !ends[typ] && slices.ContainsFunc(f.Outputs(), canEnd) {
				ends[typ], changed = true, true
			}
		}
	}
	var endless, places []string
	for _, typ := range slices.Sorted(maps.Keys(c.bound)) {
		if !ends[typ] {
			endless = append(endless, typ)
			places = append(places, c.bound[typ].name+" ("+c.bound[typ].Place()+")")
		}
	}
	if len(endless) > 0 {
		c.add("%s are a cycle without an exit, through %s", strings.Join(endless, ", "), strings.Join(places, ", "))
	}
}
