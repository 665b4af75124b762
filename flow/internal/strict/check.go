package strict

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

type checker struct{ problems []Problem }

func (c *checker) add(pointer, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, Problem{Pointer: pointer, Text: fmt.Sprintf(format, args...)})
	}
}

// check compares a value with the Go type that is to hold it.
func (c *checker) check(at string, n node, t reflect.Type) {
	switch p := reflect.PointerTo(t); {
	case p.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return // it checks itself
	case p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || isBytes(t):
		c.text(at, n)
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		c.check(at, n, t.Elem())
	case reflect.Struct:
		c.structure(at, n, t)
	case reflect.Map:
		c.mapping(at, n, t)
	case reflect.Slice, reflect.Array:
		c.list(at, n, t)
	default:
		c.scalar(at, n, t)
	}
}

// isBytes says whether a type is bytes, which JSON holds as a text in base64.
func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func (c *checker) text(at string, n node) {
	if _, ok := n.(string); !ok {
		c.add(at, "is %s, a string is wanted", nameOf(n))
	}
}

func (c *checker) structure(at string, n node, t reflect.Type) {
	o, ok := n.(*object)
	if !ok {
		c.add(at, "is %s, an object is wanted", nameOf(n))
		return
	}
	known := fields(t)
	for _, name := range o.twice {
		c.add(at+"/"+escape(name), "is there twice")
	}
	for _, name := range o.names {
		f, ok := known[name]
		if !ok {
			c.add(at+"/"+escape(name), "is unknown%s", suggestion(name, known))
			continue
		}
		c.check(at+"/"+escape(name), o.members[name], f.goType)
	}
	for i := range t.NumField() {
		name, f, ok := fieldOf(t.Field(i))
		if _, present := o.members[name]; ok && f.required && !present {
			c.add(at+"/"+escape(name), "is missing")
		}
	}
}

func (c *checker) mapping(at string, n node, t reflect.Type) {
	o, ok := n.(*object)
	if !ok {
		c.add(at, "is %s, an object is wanted", nameOf(n))
		return
	}
	for _, name := range o.twice {
		c.add(at+"/"+escape(name), "is there twice")
	}
	for _, name := range o.names {
		c.check(at+"/"+escape(name), o.members[name], t.Elem())
	}
}

func (c *checker) list(at string, n node, t reflect.Type) {
	elements, ok := n.([]node)
	if !ok {
		c.add(at, "is %s, an array is wanted", nameOf(n))
		return
	}
	if t.Kind() == reflect.Array && len(elements) != t.Len() {
		c.add(at, "holds %d elements, %d are wanted", len(elements), t.Len())
		return
	}
	for i, e := range elements {
		c.check(at+"/"+strconv.Itoa(i), e, t.Elem())
	}
}

func (c *checker) scalar(at string, n node, t reflect.Type) {
	switch k := t.Kind(); {
	case k == reflect.String:
		c.text(at, n)
	case k == reflect.Bool:
		if _, ok := n.(bool); !ok {
			c.add(at, "is %s, true or false is wanted", nameOf(n))
		}
	case k >= reflect.Int && k <= reflect.Uint64:
		c.integer(at, n, t)
	case k == reflect.Float32 || k == reflect.Float64:
		number, ok := n.(json.Number)
		if !ok {
			c.add(at, "is %s, a number is wanted", nameOf(n))
		} else if _, err := strconv.ParseFloat(number.String(), t.Bits()); err != nil {
			c.add(at, "is out of range")
		}
	}
}

func (c *checker) integer(at string, n node, t reflect.Type) {
	number, ok := n.(json.Number)
	if !ok {
		c.add(at, "is %s, a whole number is wanted", nameOf(n))
		return
	}
	var err error
	if t.Kind() >= reflect.Uint {
		_, err = strconv.ParseUint(number.String(), 10, t.Bits())
	} else {
		_, err = strconv.ParseInt(number.String(), 10, t.Bits())
	}
	switch {
	case err == nil:
	case errors.Is(err, strconv.ErrRange) || strings.Trim(number.String(), "-0123456789") == "": // a sign alone is one too many
		c.add(at, "is out of range")
	default:
		c.add(at, "is %s, a whole number is wanted", clip(number.String()))
	}
}

type field struct {
	goType   reflect.Type
	required bool
}

// fields returns the fields of a struct by their JSON names. Embedded structs
// are not looked into: commands are flat.
func fields(t reflect.Type) map[string]field {
	known := make(map[string]field, t.NumField())
	for field := range t.Fields() {
		if name, f, ok := fieldOf(field); ok {
			known[name] = f
		}
	}
	return known
}

func fieldOf(f reflect.StructField) (name string, _ field, ok bool) {
	tag := f.Tag.Get("json")
	if !f.IsExported() || tag == "-" {
		return "", field{}, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	return name, field{goType: f.Type, required: !optional}, true
}

func suggestion(name string, known map[string]field) string {
	for k := range known {
		if strings.EqualFold(k, name) {
			return fmt.Sprintf("; it is written %q", k)
		}
	}
	return ""
}

func nameOf(n node) string {
	switch v := n.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "the number " + clip(v.String())
	case string:
		return "a string"
	case []node:
		return "an array"
	}
	return "an object"
}

// clip keeps an input from filling the answer.
func clip(s string) string { return cut(s, 20) }

// cut cuts a text after so many bytes, and not within a character.
func cut(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// escape returns a name as a part of a JSON pointer.
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(clip(name))
}
