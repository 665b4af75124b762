package schema

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/internal/strict"
)

// A Problem is one thing wrong with data, and where, as a JSON pointer.
type Problem = strict.Problem

// maxProblems and maxText bound the answer to hostile data.
const (
	maxProblems = 20
	maxText     = 20
)

// Validate returns what is wrong with data, nothing if the schema allows it, and
// no more than 20 problems. Beyond what JSON Schema says it refuses what
// encoding/json would misread or not read: a member that is there twice, text
// that is not UTF-8, a whole number written with a fraction or an exponent, and
// what nests deeper than 32.
func Validate(s *Schema, data []byte) []Problem {
	var raw json.RawMessage
	if problems := strict.Decode(data, &raw); len(problems) > 0 {
		return problems
	}
	v := validator{root: s, dec: json.NewDecoder(bytes.NewReader(data))}
	v.dec.UseNumber()
	if err := v.value("", s); err != nil {
		v.add("", "can't be read: %v", err)
	}
	return v.problems
}

// A validator reads data once, from its beginning to its end.
type validator struct {
	root     *Schema
	dec      *json.Decoder
	problems []Problem
}

func (v *validator) add(at, format string, args ...any) {
	if len(v.problems) < maxProblems {
		v.problems = append(v.problems, Problem{Pointer: at, Text: fmt.Sprintf(format, args...)})
	}
}

func (v *validator) value(at string, s *Schema) error {
	s = s.Resolve(v.root)
	token, err := v.dec.Token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return v.object(at, s)
		}
		return v.array(at, s)
	case nil:
		v.typed(at, s, "null", "null")
	case bool:
		v.typed(at, s, "boolean", strconv.FormatBool(t))
	case string:
		if v.typed(at, s, "string", "a string") {
			v.text(at, s, t)
		}
	case json.Number:
		v.number(at, s, t)
	}
	return nil
}

// typed says whether a value is of a type that the schema allows.
func (v *validator) typed(at string, s *Schema, typ, is string) bool {
	if s.Type.has(typ) {
		return true
	}
	v.add(at, "is %s, %s is wanted", is, named(s.Type))
	return false
}

// named returns types in words.
func named(types Types) string {
	words := map[string]string{
		"array": "an array", "boolean": "true or false", "integer": "a whole number", "number": "a number", "object": "an object", "string": "a string",
	}
	var names []string
	for _, t := range types {
		if word, ok := words[t]; ok {
			names = append(names, word)
		}
	}
	if len(names) == 0 {
		return "null"
	}
	return strings.Join(names, " or ")
}

func (v *validator) text(at string, s *Schema, text string) {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, text) {
		v.add(at, "is %q, one of %q is wanted", clip(text), s.Enum)
	}
	if s.Format == "date-time" {
		if _, err := time.Parse(time.RFC3339, text); err != nil {
			v.add(at, "is %q, a time as 2006-01-02T15:04:05Z is wanted", clip(text))
		}
	}
	if s.ContentEncoding == "base64" {
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			v.add(at, "is not base64")
		}
	}
	if s.Pattern != "" {
		if ok, err := regexp.MatchString(s.Pattern, text); err != nil || !ok {
			v.add(at, "is %q, which does not match %s", clip(text), s.Pattern)
		}
	}
}

func (v *validator) number(at string, s *Schema, n json.Number) {
	whole := !strings.ContainsAny(n.String(), ".eE")
	switch {
	case s.Type.has("number"):
	case whole && s.Type.has("integer"):
	default:
		v.typed(at, s, "number", "the number "+clip(n.String()))
		return
	}
	if s.Minimum != "" && compare(n.String(), s.Minimum.String()) < 0 ||
		s.Maximum != "" && compare(n.String(), s.Maximum.String()) > 0 {
		v.add(at, "is out of range")
	}
}

func (v *validator) array(at string, s *Schema) error {
	items := s.Items
	if !v.typed(at, s, "array", "an array") || items == nil {
		items = &Schema{}
	}
	n := 0
	for ; v.dec.More(); n++ {
		if err := v.value(at+"/"+strconv.Itoa(n), items); err != nil {
			return err
		}
	}
	if s.Type.has("array") && (s.MinItems != nil && n < *s.MinItems || s.MaxItems != nil && n > *s.MaxItems) {
		v.add(at, "has %d elements", n)
	}
	_, err := v.dec.Token()
	return err
}

func (v *validator) object(at string, s *Schema) error {
	if !v.typed(at, s, "object", "an object") {
		s = &Schema{}
	}
	seen := map[string]bool{}
	for v.dec.More() {
		token, err := v.dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // the decoder takes nothing else for a name
		where := at + "/" + escape(name)
		if seen[name] {
			v.add(where, "is there twice")
		}
		seen[name] = true
		if err := v.value(where, v.member(where, s, name)); err != nil {
			return err
		}
	}
	for _, name := range s.Required {
		if !seen[name] {
			v.add(at+"/"+escape(name), "is missing")
		}
	}
	_, err := v.dec.Token()
	return err
}

// member returns the schema of a member of an object.
func (v *validator) member(at string, s *Schema, name string) *Schema {
	if s.PropertyNames != nil {
		v.text(at, s.PropertyNames, name)
	}
	if p := s.Properties.Get(name); p != nil {
		return p
	}
	if s.closed() {
		v.add(at, "is unknown")
	}
	if values := s.Values(); values != nil {
		return values
	}
	return &Schema{}
}

// clip keeps data from filling the answer.
func clip(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return s
}

// escape returns a name as a part of a JSON pointer.
func escape(name string) string {
	if !utf8.ValidString(name) || len(name) > 4*maxText {
		name = clip(name)
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
