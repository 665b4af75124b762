package docs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/schema"
)

// EventCatalog returns the files, by their paths with slashes, of a folder for
// EventCatalog (https://www.eventcatalog.dev): a domain with the two documents,
// the services with what they send and receive, events with all versions, commands,
// views as queries, and a flow for each command.
func (d *Docs) EventCatalog() (map[string][]byte, error) {
	c := &catalog{docs: d, files: map[string][]byte{}}
	asyncAPI, err := d.AsyncAPI()
	if err != nil {
		return nil, err
	}
	openAPI, err := d.OpenAPI()
	if err != nil {
		return nil, err
	}
	c.domain(asyncAPI, openAPI)
	for _, service := range d.services() {
		c.service(service)
	}
	for _, typ := range d.types() {
		if err := c.event(typ); err != nil {
			return nil, err
		}
	}
	for _, command := range d.commands {
		if err := c.command(command.Name, command.Function); err != nil {
			return nil, err
		}
	}
	for _, v := range d.views {
		if err := c.query(v); err != nil {
			return nil, err
		}
	}
	for _, tree := range d.flows() {
		c.flow(tree)
	}
	return c.files, nil
}

// A catalog is the folder in the making.
type catalog struct {
	docs  *Docs
	files map[string][]byte
}

// A pair is one line of the front matter.
type pair struct {
	name  string
	value any
}

const schemaFile = "schema.json"

// write writes an index.mdx. JSON is YAML, so the values of the front matter are
// written as JSON.
func (c *catalog) write(folder string, front []pair, body string) {
	var b strings.Builder
	b.WriteString("---\n")
	for _, p := range front {
		value, err := json.Marshal(p.value)
		if err != nil { // texts and lists of texts always can be
			continue
		}
		fmt.Fprintf(&b, "%s: %s\n", p.name, value)
	}
	b.WriteString("---\n\n" + body)
	c.files[path.Join(folder, "index.mdx")] = []byte(b.String())
}

// semver returns a version as EventCatalog orders them.
func semver(version int) string { return fmt.Sprintf("%d.0.0", max(version, 1)) }

// prose returns a text that MDX takes for nothing but text.
func prose(text string) string {
	return strings.NewReplacer("{", "&#123;", "}", "&#125;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func (c *catalog) domain(asyncAPI, openAPI []byte) {
	folder := "domains/" + domainID(c.docs.o.Title)
	c.files[path.Join(folder, "asyncapi.json")] = asyncAPI
	c.files[path.Join(folder, "openapi.json")] = openAPI
	var services, flows []object
	for _, s := range c.docs.services() {
		services = append(services, object{"id": s})
	}
	for _, tree := range c.docs.flows() {
		flows = append(flows, object{"id": "flow-" + tree.Type})
	}
	c.write(folder, []pair{
		{"id", domainID(c.docs.o.Title)},
		{"name", c.docs.o.Title},
		{"version", cmp.Or(c.docs.o.Version, "0.0.0")},
		{"summary", fmt.Sprint(c.docs.info()["description"])},
		{"services", services},
		{"flows", flows},
		{"specifications", []object{{"type": "asyncapi", "path": "asyncapi.json"}, {"type": "openapi", "path": "openapi.json"}}},
	}, "<NodeGraph />\n\n```mermaid\n"+flow.Mermaid(c.docs.app)+"```\n")
}

// domainID returns a title as an identity: lower case, and hyphens.
func domainID(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

func (c *catalog) service(name string) {
	d := c.docs
	sends, receives := map[string]string{}, map[string]string{}
	var b strings.Builder
	b.WriteString("| function | kind | takes | emits |\n|---|---|---|---|\n")
	for _, f := range d.of(name) {
		for _, typ := range f.Outputs {
			sends[typ] = semver(d.app.Events.Version(typ))
		}
		for _, typ := range f.Inputs {
			receives[typ] = semver(d.app.Events.Version(typ))
		}
		switch f.Kind {
		case flow.KindView, flow.KindTally:
			receives[queryID(f.Name)] = semver(1)
		case flow.KindWebhook:
			delete(receives, f.Inputs[0]) // it is no message, but a request from outside
		case flow.KindOn, flow.KindCommand, flow.KindEffect, flow.KindTap:
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", f.Name, f.Kind, strings.Join(f.Inputs, ", "), strings.Join(f.Outputs, ", "))
	}
	c.write("services/"+name, []pair{
		{"id", name},
		{"name", name},
		{"version", semver(1)},
		{"summary", fmt.Sprintf("%d functions.", len(d.of(name)))},
		{"sends", pointers(sends)},
		{"receives", pointers(receives)},
	}, "<NodeGraph />\n\n"+b.String())
}

// pointers returns messages with their versions, by name.
func pointers(messages map[string]string) []object {
	list := []object{}
	for _, id := range slices.Sorted(maps.Keys(messages)) {
		list = append(list, object{"id": id, "version": messages[id]})
	}
	return list
}

// event writes all versions of an event, the latest where EventCatalog looks for
// it.
func (c *catalog) event(typ string) error {
	for i, version := range c.docs.versions(typ) {
		folder := "events/" + typ
		if i > 0 {
			folder = path.Join(folder, "versioned", semver(version))
		}
		front := []pair{}
		if !c.docs.today(typ, version) {
			front = append(front, pair{"deprecated", object{"message": "It is not written any more."}})
		}
		if err := c.message(folder, typ, version, front, ""); err != nil {
			return err
		}
	}
	return nil
}

func (c *catalog) command(name, function string) error {
	return c.message("commands/"+name, name, 0, []pair{
		{"operation", object{"method": "POST", "path": "/commands/" + name, "statusCodes": []string{"200", "201", "400", "409", "422"}}},
	}, "Decided by "+function+".\n\n")
}

// message writes an event or a command, and its schema.
func (c *catalog) message(folder, typ string, version int, front []pair, about string) error {
	s := c.docs.set.Get(typ, version)
	if err := c.schema(folder, s); err != nil {
		return err
	}
	front = append([]pair{
		{"id", typ},
		{"name", typ},
		{"version", semver(version)},
		{"summary", cmp.Or(firstSentence(s.Description), typ)},
		{"schemaPath", schemaFile},
	}, front...)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s<NodeGraph />\n\n<SchemaViewer file=%q title=%q />\n", prose(s.Description), about, schemaFile, typ)
	fmt.Fprintf(&b, "\n```json\n%s\n```\n", example(s))
	c.write(folder, front, b.String())
	return nil
}

func (c *catalog) schema(folder string, s *schema.Schema) error {
	data, err := s.Bytes()
	if err != nil {
		return err
	}
	c.files[path.Join(folder, schemaFile)] = data
	return nil
}

// queryID returns the identity of a view as a query: a function may be called like
// a view of another service.
func queryID(view string) string { return "view-" + view }

func (c *catalog) query(v view) error {
	folder := "queries/" + queryID(v.Name)
	if err := c.schema(folder, v.schema); err != nil {
		return err
	}
	c.write(folder, []pair{
		{"id", queryID(v.Name)},
		{"name", v.Name},
		{"version", semver(1)},
		{"summary", "A document of the view " + v.Name + "."},
		{"schemaPath", schemaFile},
		{"operation", object{"method": "GET", "path": "/views/" + v.Name + "/{key}", "statusCodes": []string{"200", "404"}}},
	}, fmt.Sprintf("Made of %s.\n\n<NodeGraph />\n\n<SchemaViewer file=%q title=%q />\n", strings.Join(v.Inputs, ", "), schemaFile, v.Name))
	return nil
}

// flow writes what follows from a command or a webhook.
func (c *catalog) flow(tree *node) {
	var steps []object
	known := map[string]bool{}
	var walk func(n *node)
	walk = func(n *node) {
		if known[n.Type] {
			return
		}
		known[n.Type] = true
		step := object{"id": n.Type, "title": n.Type}
		if c.docs.app.Events.Version(n.Type) > 0 || c.docs.set.Get(n.Type, 0) != nil {
			step["message"] = object{"id": n.Type, "version": semver(c.docs.app.Events.Version(n.Type))}
		}
		place := len(steps)
		steps = append(steps, step)
		var next []object
		for _, child := range n.Next {
			next = append(next, object{"id": child.Type, "label": n.Function})
		}
		if len(next) > 0 {
			steps[place]["next_steps"] = next
		}
		for _, child := range n.Next {
			if !child.Again {
				walk(child)
			}
		}
	}
	walk(tree)
	c.write("flows/"+tree.Type, []pair{
		{"id", "flow-" + tree.Type},
		{"name", "What follows from " + tree.Type},
		{"version", semver(1)},
		{"summary", fmt.Sprintf("%d events can follow from %s.", len(steps)-1, tree.Type)},
		{"steps", steps},
	}, "<NodeGraph />\n")
}
