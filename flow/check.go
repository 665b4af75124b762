package flow

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// A CheckError lists everything that is wrong with an App, one sentence each,
// with the places in the source.
type CheckError struct{ Problems []string }

// Error returns the problems, one a line.
func (e *CheckError) Error() string {
	return fmt.Sprintf("flow: %d problems in the application:\n  %s", len(e.Problems), strings.Join(e.Problems, "\n  "))
}

// Check returns a CheckError unless the application holds together: one
// function for each event that is not final, every event declared, emitted and
// handled, no cycle without an exit, names unique and well-formed, states and
// documents that can be stored. It runs no function.
func Check(app App) error {
	c := &check{app: app, declared: map[string]entry{}, bound: map[string]Function{}, emitters: map[string]Function{}, storable: map[reflect.Type]bool{}}
	for _, e := range watchEvents() {
		c.emitters[e.Type()] = *newWatchdog()
	}
	c.catalogue()
	c.versions()
	if c.functions(); len(c.problems) == 0 {
		c.ownership()
		c.bindings()
		c.cycles()
	}
	if len(c.problems) > 0 {
		return &CheckError{Problems: c.problems}
	}
	return nil
}

type check struct {
	app      App
	problems []string
	declared map[string]entry    // by wire name
	bound    map[string]Function // On and Effect, by the event's wire name
	emitters map[string]Function // the first that emits an event, by wire name
	storable map[reflect.Type]bool
}

func (c *check) add(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// catalogue checks each declaration, and that there is one for each event.
func (c *check) catalogue() {
	for _, e := range c.app.Events.entries {
		if e.event == nil {
			c.add("the catalogue holds nil")
			continue
		}
		c.message(e.event, e)
		typ := e.event.Type()
		if first, ok := c.declared[typ]; ok {
			c.add("event %s is declared twice: %s and %s", typ, first.place(), e.place())
		}
		c.declared[typ] = e
	}
}

// message checks the wire name and the fields of an event or command.
func (c *check) message(e Event, where fmt.Stringer) {
	typ, t := e.Type(), reflect.TypeOf(e)
	if err := checkType(typ); err != nil {
		c.add("%s: %v", where, err)
		return
	}
	if t.Kind() != reflect.Struct {
		c.add("%s: %s is a %s, events and commands are structs", where, typ, t.Kind())
		return
	}
	pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	if want := pkg + "." + snake(t.Name()); want != typ {
		c.add("%s: wire name %s differs from the Go name, which reads %s", where, typ, want)
	}
	if err := checkStorable(t); err != nil {
		c.add("%s: %v", where, err)
	}
}

// snake returns a Go name as a wire name has it: AcceptanceDue is acceptance_due.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// functions checks each function by itself, and that names and inputs are bound
// once.
func (c *check) functions() {
	names := map[string]Function{watchdog: *newWatchdog()}
	commands := map[string]Function{}
	for _, f := range c.app.Functions {
		if err := checkName(f.name); err != nil {
			c.add("%s: %v", f.place, err)
		}
		if first, ok := names[f.name]; ok {
			c.add("two functions are named %s: %s and %s", f.name, first.place, f.place)
		}
		names[f.name] = f
		switch f.kind {
		case KindOn, KindEffect:
			c.bind(c.bound, f, "event")
			c.emits(f)
		case KindCommand:
			c.message(f.inputs[0], f.place)
			c.bind(commands, f, "command")
			c.emits(f)
		case KindWebhook:
			if err := checkType(f.inputs[0].Type()); err != nil {
				c.add("%s: source: %v", f.place, err)
			}
			if f.verify == nil {
				c.add("%s (%s) verifies nothing", f.name, f.place)
			}
			c.bind(commands, f, "webhook")
			c.emits(f)
		case KindTap:
			c.emits(f)
			c.tap(f)
		case KindView, KindTally:
			c.view(f)
		}
	}
}

func (c *check) bind(bound map[string]Function, f Function, what string) {
	typ := f.inputs[0].Type()
	if first, ok := bound[typ]; ok {
		c.add("%s %s has two functions: %s (%s) and %s (%s)", what, typ, first.name, first.place, f.name, f.place)
		return
	}
	bound[typ] = f
}

func (c *check) emits(f Function) {
	if len(f.emits) == 0 {
		c.add("%s (%s) does not say what it emits: add Emits", f.name, f.place)
		return
	}
	for _, e := range f.emits {
		typ := e.Type()
		if first, ok := c.emitters[typ]; !ok {
			c.emitters[typ] = f
		} else if first.name == watchdog {
			c.add("%s (%s) emits %s, which only the engine does", f.name, f.place, typ)
		}
		if Namespace(typ) != f.namespace() {
			c.add("%s (%s) emits %s and %s: a function decides on one stream, so all are of one namespace",
				f.name, f.place, f.emits[0].Type(), typ)
		}
		if f.state != nil && !f.state.owns(e) {
			c.add("%s (%s) emits %s, which its state %s does not evolve by", f.name, f.place, typ, f.state.goType)
		}
	}
	if f.state != nil && !c.storable[f.state.goType] {
		c.storable[f.state.goType] = true
		if err := checkStorable(f.state.goType); err != nil {
			c.add("%s (%s): the state's %v", f.name, f.place, err)
		}
	}
}

func (c *check) view(f Function) {
	if len(f.inputs) == 0 {
		c.add("view %s (%s) projects no event", f.name, f.place)
	}
	if len(f.view.on) < len(f.inputs) {
		c.add("view %s (%s) projects one event twice", f.name, f.place)
	}
	if k := f.view.goType.Kind(); k != reflect.Struct {
		c.add("view %s (%s): its documents are %s, not structs", f.name, f.place, f.view.goType)
	} else if err := checkStorable(f.view.goType); err != nil {
		c.add("view %s (%s): the document's %v", f.name, f.place, err)
	}
}
