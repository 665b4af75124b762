package docs

import (
	"bytes"
	_ "embed" // the page's template and style
	"fmt"
	"html/template"
	"strings"

	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema"
)

//go:embed page.html
var pageTemplate string

//go:embed page.css
var pageStyle string

// A pageData is what the template shows.
type pageData struct {
	Title, Version, About string
	Style                 template.HTML
	Flows                 []*node
	Commands              []pageCommand
	Events                []pageEvent
	Views                 []pageView
	Functions             []pageFunction
	AsyncAPI, OpenAPI     string
}

type pageCommand struct {
	Name, About, Function, Example string
	Deprecated                     bool
	Fields                         []field
}

type pageEvent struct {
	edge.EventInfo
	About    string
	Final    bool
	Renamed  bool // there are old versions of it only
	Versions []pageVersion
}

type pageVersion struct {
	Version int
	Today   bool
	ID      string
	Rule    schema.Rule
	Fields  []field
	Example string
}

type pageView struct {
	Name    string
	Inputs  []string
	Fields  []field
	Filters []string
}

type pageFunction struct {
	edge.FunctionInfo
	Service string
}

// Page returns the page that has it all: HTML in one piece, without a script and
// without anything from elsewhere. Base is where the documents lie that it links, as
// a path without a slash at its end.
func (d *Docs) Page(base string) ([]byte, error) {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	info := d.info()
	data := pageData{
		Title: d.o.Title, Version: d.o.Version, About: fmt.Sprint(info["description"]),
		Style: template.HTML("<style>" + pageStyle + "</style>"), //nolint:gosec // it is embedded
		Flows: d.flows(), Commands: d.pageCommands(), Events: d.pageEvents(), Views: d.pageViews(),
		AsyncAPI: base + asyncAPIFile, OpenAPI: base + openAPIFile,
	}
	for _, f := range d.functions {
		data.Functions = append(data.Functions, pageFunction{f, serviceOf(f)})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	return b.Bytes(), nil
}

func (d *Docs) pageCommands() []pageCommand {
	var all []pageCommand
	for _, c := range d.commands {
		s := d.set.Get(c.Name, 0)
		all = append(all, pageCommand{
			Name: c.Name, About: s.Description, Function: c.Function, Example: string(example(s)), Deprecated: s.Deprecated, Fields: fieldsOf(s),
		})
	}
	return all
}

func (d *Docs) pageEvents() []pageEvent {
	infos := map[string]edge.EventInfo{}
	for _, info := range d.events {
		infos[info.Type] = info
	}
	var all []pageEvent
	for _, typ := range d.types() {
		info, ok := infos[typ]
		e := pageEvent{EventInfo: info, About: d.about(typ), Final: info.Function == "", Renamed: !ok}
		e.Type = typ
		for _, version := range d.versions(typ) {
			s := d.set.Get(typ, version)
			rule := s.Rule
			if rule == "" {
				rule = schema.Backward
			}
			e.Versions = append(e.Versions, pageVersion{
				Version: version, Today: d.today(typ, version), ID: s.ID, Rule: rule, Fields: fieldsOf(s), Example: string(example(s)),
			})
		}
		all = append(all, e)
	}
	return all
}

func (d *Docs) pageViews() []pageView {
	var all []pageView
	for _, v := range d.views {
		page := pageView{Name: v.Name, Inputs: v.Inputs, Fields: fieldsOf(v.schema)}
		for _, p := range v.filters() {
			page.Filters = append(page.Filters, p.Name)
		}
		all = append(all, page)
	}
	return all
}

// A field is one line of a table of members.
type field struct {
	Name, Type, About string
	Required          bool
}

// fieldsOf returns the members of an object and of all objects in it, by their
// paths.
func fieldsOf(s *schema.Schema) []field { return fieldsAt(nil, s, s, "", 0) }

func fieldsAt(fields []field, root, s *schema.Schema, path string, depth int) []field {
	s = s.Resolve(root)
	if depth > exampleDepth {
		return fields
	}
	for _, p := range s.Properties {
		member := p.Schema.Resolve(root)
		fields = append(fields, field{Name: path + p.Name, Type: typeOf(member), About: p.Schema.Description, Required: s.Requires(p.Name)})
		if p.Schema.Ref != "" {
			continue // it contains itself
		}
		switch {
		case member.Items != nil:
			fields = fieldsAt(fields, root, member.Items, path+p.Name+"[].", depth+1)
		case member.Values() != nil:
			fields = fieldsAt(fields, root, member.Values(), path+p.Name+".*.", depth+1)
		default:
			fields = fieldsAt(fields, root, member, path+p.Name+".", depth+1)
		}
	}
	return fields
}

// typeOf returns a type in a word.
func typeOf(s *schema.Schema) string {
	typ := "any"
	if len(s.Type) > 0 {
		typ = s.Type[0]
	}
	switch {
	case len(s.Enum) > 0:
		return strings.Join(s.Enum, " | ")
	case s.Format == "date-time":
		return "time"
	case s.ContentEncoding != "":
		return "bytes"
	case s.Values() != nil:
		return "map of " + typeOf(s.Values())
	case s.Items != nil:
		return "array of " + typeOf(s.Items)
	}
	return typ
}
