// Package docs writes the documents of an application from its catalogue and its
// functions, for people and for tools: AsyncAPI 3 of what goes over the broker,
// OpenAPI 3.1 of the HTTP edge, a folder for EventCatalog, and a page that has it
// all. Nothing in them is written by hand, so nothing in them is out of date.
package docs

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema"
)

// Options are what the application does not know of itself.
type Options struct {
	// Title is its name; empty means "Onevent".
	Title string
	// Version is that of the documents; empty means the application's, or
	// "0.0.0".
	Version string
	// Description tells what it is for, in a few sentences.
	Description string
	// Published has the schemas as they were written, with what the source says
	// of types and fields. Without it they are made from the types, and say
	// nothing.
	Published fs.FS
}

// Docs are the documents of one application. They do not change.
type Docs struct {
	app       flow.App
	o         Options
	set       schema.Set
	events    []edge.EventInfo
	functions []edge.FunctionInfo
	commands  []edge.CommandInfo
	views     []view
}

// A view is a read model, and the schema of its documents.
type view struct {
	edge.FunctionInfo
	schema *schema.Schema
}

// New returns the documents of an application. It returns an error if a type has
// no schema, or if the published ones can't be read.
func New(app flow.App, o Options) (*Docs, error) {
	if o.Title == "" {
		o.Title = "Onevent"
	}
	if o.Version == "" {
		o.Version = app.Version
	}
	if o.Version == "" {
		o.Version = "0.0.0"
	}
	d := &Docs{app: app, o: o, events: edge.Events(app), functions: edge.Functions(app), commands: edge.Commands(app)}
	var err error
	if d.set, err = schema.Make(Subjects(app), nil); err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	if o.Published != nil {
		published, err := schema.Load(o.Published)
		if err != nil {
			return nil, fmt.Errorf("docs: %w", err)
		}
		d.set = d.set.Described(published)
	}
	d.views = viewsOf(app, d.functions)
	return d, nil
}

// Subjects returns what has a schema in an application: every version of every
// event, and the commands.
func Subjects(app flow.App) []schema.Subject {
	var all []schema.Subject
	for _, e := range app.Events.Entries() {
		all = append(all, schema.Subject{Type: e.Event.Type(), Version: e.Version, Zero: e.Event})
	}
	for _, o := range app.Events.OldVersions() {
		all = append(all, schema.Subject{Type: o.Type, Version: o.Version, Old: true, Zero: o.Zero})
	}
	for _, f := range app.Functions {
		if f.Kind() == flow.KindCommand {
			all = append(all, schema.Subject{Type: f.Input().Type(), Zero: f.Input()})
		}
	}
	return all
}

// Types returns the Go types of all that has a schema.
func Types(app flow.App) []reflect.Type {
	var types []reflect.Type
	for _, s := range Subjects(app) {
		types = append(types, reflect.TypeOf(s.Zero))
	}
	return types
}

func viewsOf(app flow.App, functions []edge.FunctionInfo) []view {
	documents := map[string]reflect.Type{}
	for _, f := range app.Functions {
		if document, err := f.Fold(""); err == nil {
			documents[f.Name()] = reflect.TypeOf(document)
		}
	}
	var views []view
	for _, f := range functions {
		if t, ok := documents[f.Name]; ok {
			views = append(views, view{FunctionInfo: f, schema: schema.Of(t, schema.Written, nil)})
		}
	}
	slices.SortFunc(views, func(a, b view) int { return strings.Compare(a.Name, b.Name) })
	return views
}

// versions returns the versions of an event, the one of today first.
func (d *Docs) versions(typ string) []int {
	var versions []int
	for _, s := range d.set.Subjects() {
		if s.Type == typ && s.Version > 0 {
			versions = append(versions, s.Version)
		}
	}
	slices.Sort(versions)
	slices.Reverse(versions)
	return versions
}

// types returns the wire names of all events, of today and before.
func (d *Docs) types() []string {
	var types []string
	for _, s := range d.set.Subjects() {
		if s.Version > 0 && !slices.Contains(types, s.Type) {
			types = append(types, s.Type)
		}
	}
	return types
}

// today says whether a version of an event is written; others are read only.
func (d *Docs) today(typ string, version int) bool { return d.app.Events.Version(typ) == version }
