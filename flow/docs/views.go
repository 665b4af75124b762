package docs

import (
	"net/http"
	"slices"

	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/schema"
)

// view returns the routes of a view: its documents, and one of them.
func (a *api) view(v view) []route {
	document := component(a.schemas, "view."+v.Name, v.schema)
	parameters := []object{}
	for _, f := range v.filters() {
		typ := object{"type": f.Schema.Resolve(v.schema).Type[0]}
		name := f.Name
		if slices.Contains(edge.ViewParameters(), name) {
			name = edge.WherePrefix + name
		}
		parameters = append(parameters, parameter("query", name, "Documents with this "+f.Name+" only.", typ))
	}
	sorted := parameter("query", "sort", "By key is the only order there is.", object{"type": "string", "enum": []string{"key"}})
	parameters = append(parameters, after("The key of the last document of the page before.", keyForm()), limit(), sorted)
	page := object{
		"type": "object", "required": []string{"documents"},
		"properties": object{
			"documents": object{"type": "array", "items": object{
				"type": "object", "required": []string{"key", "document"},
				"properties": object{"key": keyForm(), "document": document},
			}},
			"next": object{"type": "string", "description": `The parameter "after" of the next page; there is none on the last.`},
		},
	}
	return []route{
		{
			method: http.MethodGet, path: "/views/" + v.Name, id: "view." + v.Name + ".list", tag: tagViews,
			summary:    "Documents of the view " + v.Name + ", by key.",
			parameters: append(parameters, reading()...),
			answers:    read("A page of documents.", page), problems: []int{400, 404, 503},
		},
		{
			method: http.MethodGet, path: "/views/" + v.Name + "/{key}", id: "view." + v.Name + ".get", tag: tagViews,
			summary:    "One document of the view " + v.Name + ".",
			parameters: append([]object{parameter("path", "key", "The document's key.", keyForm())}, reading()...),
			answers:    read("The document.", document), problems: []int{400, 404, 503},
		},
	}
}

// filters returns the members by which the documents of a view are found: texts,
// numbers and booleans.
func (v view) filters() []schema.Property {
	var filters []schema.Property
	for _, p := range v.schema.Properties {
		types := p.Schema.Resolve(v.schema).Type
		if len(types) > 0 && slices.Contains([]string{"string", "integer", "number", "boolean"}, types[0]) {
			filters = append(filters, p)
		}
	}
	return filters
}

// reading returns the parameters of a query of a view besides what it looks for.
func reading() []object {
	return []object{
		parameter("query", "fields", "The fields of the document that are wanted, as name,state; without it, all.", nil),
		parameter("query", "token", "The token of a command: the query waits until the view holds all that it has led to.", tokenForm()),
		parameter("query", "wait", "How long it waits, as 2s, 500ms or 2 (seconds), at most 20 s. Then it answers with what there is.", object{"type": "string", "default": "5s"}),
		parameter("header", edge.AfterHeader, "The same as token.", tokenForm()),
		parameter("header", "If-None-Match", "The ETag of what the reader has.", nil),
	}
}

func tokenForm() object { return object{"type": "string", "pattern": "^[0-9a-f]{32}$"} }

const aboutToken = "The token of the command, for queries that are to see what it has led to."

// read returns the answers to a query of a view that is not refused.
func read(about string, s object) object {
	behind := head("Where there is a token, how many events are not handled and how many are not in the view, as unhandled=0, missing=1.")
	found := answer(about, s)
	found["headers"] = object{"ETag": head("The tag of this answer."), edge.BehindHeader: behind}
	same := object{"description": "The reader has it.", "headers": found["headers"]}
	return object{"200": found, "304": same}
}

// head returns a header of an answer.
func head(about string) object {
	return object{"description": about, "schema": object{"type": "string"}}
}
