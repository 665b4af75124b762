package edge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

// WherePrefix before the name of a field makes it a condition, also where the
// name alone is that of a parameter, see [ViewParameters].
const WherePrefix = "where."

// ViewParameters returns the parameters of a list of documents besides its
// conditions.
func ViewParameters() []string { return append([]string{"after", "limit", "sort"}, oneParameters()...) }

// oneParameters returns those of one document.
func oneParameters() []string { return []string{"fields", "token", "wait"} }

// parameters returns the parameters of a list of documents.
func (v view) parameters(r *http.Request) (url.Values, error) {
	known := append(ViewParameters(), v.names...)
	for _, name := range v.names {
		known = append(known, WherePrefix+name)
	}
	return parameters(r, known...)
}

// where returns the conditions among parameters, each of the type of its field.
func (v view) where(values url.Values) (map[string]any, error) {
	where := map[string]any{}
	for name := range values {
		if slices.Contains(ViewParameters(), name) {
			continue
		}
		field := v.fieldOf(name)
		if _, twice := where[field]; twice {
			return nil, badParameter("there are two conditions on %s", field)
		}
		value, err := conditionOf(field, v.types[field], values.Get(name))
		if err != nil {
			return nil, err
		}
		where[field] = value
	}
	return where, nil
}

// fieldOf returns the field that a condition is on.
func (v view) fieldOf(parameter string) string {
	field, _ := strings.CutPrefix(parameter, WherePrefix)
	if _, ok := v.types[field]; ok {
		return field
	}
	return parameter
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

// checkSort takes the one order that every platform has at the same cost however
// many documents there are.
func checkSort(values url.Values) error {
	order, ok := parameter(values, "sort")
	if !ok || order == "key" {
		return nil
	}
	return problem(http.StatusBadRequest, "unsupported-sort",
		"the order %s is not there; documents come by key, rising, which is sort=key: "+
			"a view in another order is a view whose keys have that order", quote(order))
}

// A selection is the fields of a document that a reader wants; nil for all.
type selection []string

// selectionOf returns the selection of a list of names, in the view's order.
func (v view) selectionOf(values url.Values) (selection, error) {
	text, ok := parameter(values, "fields")
	if !ok {
		return nil, nil
	}
	wanted := strings.Split(text, ",")
	for i, name := range wanted {
		if _, ok := v.types[name]; !ok {
			return nil, badParameter("fields: there is no field %s; known are %s", quote(name), strings.Join(v.names, ", "))
		}
		if slices.Contains(wanted[:i], name) {
			return nil, badParameter("fields: %s is there twice", name)
		}
	}
	selected := selection{}
	for _, name := range v.names {
		if slices.Contains(wanted, name) {
			selected = append(selected, name)
		}
	}
	return selected, nil
}

// of returns what is selected of a body. Fields that it lacks are left out.
func (s selection) of(doc driver.Document) (json.RawMessage, error) {
	if s == nil {
		return doc.Body, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(doc.Body, &members); err != nil {
		return nil, fmt.Errorf("edge: document %s of view %s: %w", doc.Key, doc.View, err)
	}
	var selected bytes.Buffer
	separator := "{"
	for _, name := range s {
		value, ok := members[name]
		if !ok {
			continue
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, fmt.Errorf("edge: field %q: %w", name, err)
		}
		selected.WriteString(separator)
		selected.Write(quoted)
		selected.WriteByte(':')
		selected.Write(value)
		separator = ","
	}
	if separator == "{" {
		selected.WriteString(separator)
	}
	selected.WriteByte('}')
	return selected.Bytes(), nil
}
