package edge

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A Document is one entry of a view.
type Document struct {
	Key      string          `json:"key"`
	Document json.RawMessage `json:"document"`
}

// A DocumentPage is a part of a view, in the byte order of the keys.
type DocumentPage struct {
	Documents []Document `json:"documents"`
	// Next is the parameter "after" of the next page; empty on the last. It is
	// the last key of this page; any other key would do as well.
	Next string `json:"next,omitempty"`
}

// A view is the fields by which its documents are found.
type view struct {
	names []string
	types map[string]string
}

// viewsOf returns the views of an application. The documents that no events make
// tell their types.
func viewsOf(app flow.App) map[string]view {
	views := map[string]view{}
	for _, f := range app.Functions {
		document, err := f.Fold("")
		if err != nil {
			continue // not a view
		}
		v := view{types: map[string]string{}}
		for _, field := range fieldsOf(reflect.TypeOf(document)) {
			v.names = append(v.names, field.Name)
			v.types[field.Name] = field.Type
		}
		views[f.Name()] = v
	}
	return views
}

// find returns the view that a request names, and its parameters.
func (e *edge) find(r *http.Request) (name string, v view, err error) {
	name = r.PathValue("name")
	v, ok := e.views[name]
	if !ok {
		return name, v, notFound("unknown-view", "there is no view %s; GET /functions lists them", quote(name))
	}
	return name, v, nil
}

func (e *edge) documents(w http.ResponseWriter, r *http.Request) error {
	name, v, err := e.find(r)
	if err != nil {
		return err
	}
	q, err := v.queryOf(r)
	if err != nil {
		return err
	}
	if err := e.catchUp(w, r, name, q.fresh); err != nil {
		return err
	}
	limit := q.Limit
	q.Limit++ // one more tells that there is more
	found, more, err := collect(e.system.Documents(r.Context(), name, q.Query), limit, func(d driver.Document) int { return len(d.Body) })
	if err != nil {
		return err
	}
	page := DocumentPage{Documents: make([]Document, len(found))}
	for i, d := range found {
		page.Documents[i].Key = d.Key
		if page.Documents[i].Document, err = q.fields.of(d); err != nil {
			return err
		}
	}
	if more {
		page.Next = found[len(found)-1].Key
	}
	return show(w, r, page)
}

// A query is what a request wants of a view.
type query struct {
	driver.Query
	fields selection
	fresh  freshness
}

func (v view) queryOf(r *http.Request) (q query, err error) {
	values, err := v.parameters(r)
	if err != nil {
		return q, err
	}
	if err := checkSort(values); err != nil {
		return q, err
	}
	if q.Limit, err = limitOf(values); err != nil {
		return q, err
	}
	if q.Where, err = v.where(values); err != nil {
		return q, err
	}
	if q.After = values.Get("after"); q.After != "" {
		if err := flow.CheckKey(q.After); err != nil {
			return q, badParameter("after: %v", err)
		}
	}
	if q.fields, err = v.selectionOf(values); err != nil {
		return q, err
	}
	q.fresh, err = freshnessOf(r, values)
	return q, err
}

func (e *edge) document(w http.ResponseWriter, r *http.Request) error {
	name, v, err := e.find(r)
	if err != nil {
		return err
	}
	values, err := parameters(r, oneParameters()...)
	if err != nil {
		return err
	}
	key, err := keyOf(r, "key")
	if err != nil {
		return err
	}
	fields, err := v.selectionOf(values)
	if err != nil {
		return err
	}
	fresh, err := freshnessOf(r, values)
	if err != nil {
		return err
	}
	if err := e.catchUp(w, r, name, fresh); err != nil {
		return err
	}
	body, err := e.system.Document(r.Context(), name, key)
	if errors.Is(err, flow.ErrUnknown) {
		return notFound("unknown-document", "the view %s has no document %s", name, key)
	}
	if err != nil {
		return err
	}
	document, err := fields.of(driver.Document{View: name, Key: key, Body: body})
	if err != nil {
		return err
	}
	return show(w, r, document)
}

// keyOf returns a part of the path that must have the form of a key.
func keyOf(r *http.Request, name string) (string, error) {
	key := r.PathValue(name)
	if err := flow.CheckKey(key); err != nil {
		return "", problem(http.StatusBadRequest, "bad-path", "%s: %s", name, strings.ToValidUTF8(clip(err.Error()), "?"))
	}
	return key, nil
}
