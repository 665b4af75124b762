package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow/edge"
)

// serviceOf returns the service to which a function belongs: the folder in which
// it is bound.
func serviceOf(f edge.FunctionInfo) string {
	return path.Base(path.Dir(strings.Split(f.Place, ":")[0]))
}

// services returns the names of all services, sorted.
func (d *Docs) services() []string {
	var names []string
	for _, f := range d.functions {
		names = append(names, serviceOf(f))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// of returns the functions of a service.
func (d *Docs) of(service string) []edge.FunctionInfo {
	var functions []edge.FunctionInfo
	for _, f := range d.functions {
		if serviceOf(f) == service {
			functions = append(functions, f)
		}
	}
	return functions
}
