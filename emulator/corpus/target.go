package corpus

import (
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// A target is a command, with a body that is right.
type target struct {
	name, body string
	fields     []field
}

// A field is a field of a command, and of what is in it.
type field struct {
	path string // as in "items.0.price"
	edge.Field
}

func (f field) isKey() bool {
	switch f.Name {
	case "order", "consumer", "restaurant", "ticket", "delivery", "account", "hook":
		return true
	}
	return false
}

// isText says whether a field is for people: it takes whatever is visible.
func (f field) isText() bool { return f.Type == "string" && (f.Name == "name" || f.Name == "reason") }

// targetsOf returns all commands of an application.
func targetsOf(app flow.App) []target {
	commands := edge.Commands(app)
	targets := make([]target, len(commands))
	for i, c := range commands {
		t := target{name: c.Name, body: string(c.Example), fields: flat("", c.Fields)}
		if c.Name == "hook.register" { // an example can't know what is allowed
			t.body = `{"hook":"hook-1","url":"https://example.com/","types":["order.completed"]}`
		}
		targets[i] = t
	}
	return targets
}

// flat returns fields at all depths. Of an array it is the first element that counts.
func flat(at string, fields []edge.Field) (all []field) {
	for _, f := range fields {
		path := at + f.Name
		all = append(all, field{path: path, Field: f})
		if f.Type == "array" {
			path += ".0"
			if len(f.Fields) == 0 {
				all = append(all, field{path: path, Field: edge.Field{Name: "0", Type: "string", Required: false}})
			}
		}
		all = append(all, flat(path+".", f.Fields)...)
	}
	return all
}

// with returns the request with another value, in JSON, in a field.
func (t target) with(f field, value string) request {
	return command(t.name, replace(t.body, strings.Split(f.path, "."), value))
}

// without returns the request without a field.
func (t target) without(f field) request {
	return command(t.name, remove(t.body, strings.Split(f.path, ".")))
}

// beside returns the request with more before the first member of the object that has
// a field: members in JSON, each with its comma.
func (t target) beside(f field, members string) request {
	path := strings.Split(f.path, ".")
	return command(t.name, insert(t.body, path[:len(path)-1], members))
}
