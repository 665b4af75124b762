package edge

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
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
	// Next is the parameter "after" of the next page; empty on the last.
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
	values, err := parameters(r, append([]string{"after", "limit"}, v.names...)...)
	if err != nil {
		return err
	}
	limit, err := limitOf(values)
	if err != nil {
		return err
	}
	q := driver.Query{After: values.Get("after"), Limit: limit + 1}
	if q.Where, err = v.where(values); err != nil {
		return err
	}
	if q.After != "" {
		if err := flow.CheckKey(q.After); err != nil {
			return badParameter("after: %v", err)
		}
	}
	found, more, err := collect(e.system.Documents(r.Context(), name, q), limit, func(d driver.Document) int { return len(d.Body) })
	if err != nil {
		return err
	}
	page := DocumentPage{Documents: make([]Document, len(found))}
	for i, d := range found {
		page.Documents[i] = Document{Key: d.Key, Document: d.Body}
	}
	if more {
		page.Next = found[len(found)-1].Key
	}
	return answer(w, http.StatusOK, page)
}

// where returns the conditions among parameters, each of the type of its field.
func (v view) where(values url.Values) (map[string]any, error) {
	where := map[string]any{}
	for name := range values {
		if name == "after" || name == "limit" {
			continue
		}
		value, err := conditionOf(name, v.types[name], values.Get(name))
		if err != nil {
			return nil, err
		}
		where[name] = value
	}
	return where, nil
}

func conditionOf(name, typ, text string) (any, error) {
	switch typ {
	case typeString:
		return text, nil
	case typeBoolean:
		if text != "true" && text != "false" {
			return nil, badParameter("%s is %s, true or false is wanted", name, quote(text))
		}
		return text == "true", nil
	case typeInteger, typeNumber:
		number, err := strconv.ParseFloat(text, 64)
		if err != nil || !json.Valid([]byte(text)) {
			return nil, badParameter("%s is %s, a number is wanted", name, quote(text))
		}
		return number, nil
	}
	return nil, badParameter("%s is an %s; documents are found by texts, numbers and booleans", name, typ)
}

func (e *edge) document(w http.ResponseWriter, r *http.Request) error {
	name, _, err := e.find(r)
	if err != nil {
		return err
	}
	if _, err := parameters(r); err != nil {
		return err
	}
	key, err := keyOf(r, "key")
	if err != nil {
		return err
	}
	document, err := e.system.Document(r.Context(), name, key)
	if errors.Is(err, flow.ErrUnknown) {
		return notFound("unknown-document", "the view %s has no document %s", name, key)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, json.RawMessage(document))
}

// keyOf returns a part of the path that must have the form of a key.
func keyOf(r *http.Request, name string) (string, error) {
	key := r.PathValue(name)
	if err := flow.CheckKey(key); err != nil {
		return "", problem(http.StatusBadRequest, "bad-path", "%s: %s", name, strings.ToValidUTF8(clip(err.Error()), "?"))
	}
	return key, nil
}
