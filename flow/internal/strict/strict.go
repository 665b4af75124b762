// Package strict reads JSON from outside and says all that is wrong with it:
// what is missing, unknown, there twice, of the wrong type or in the wrong case.
// encoding/json alone lets most of that pass; see Trail of Bits, "Unexpected
// security footguns in Go's parsers" (2025).
package strict

import (
	"encoding/json"
	"reflect"
	"unicode/utf8"
)

// maxProblems and maxText bound the answer to a hostile input.
const (
	maxProblems = 20
	maxText     = 200
)

// A Problem is one thing wrong with an input.
type Problem struct {
	// Pointer says where, as a JSON pointer (RFC 6901); empty for the whole.
	Pointer string `json:"pointer"`
	// Text says what.
	Text string `json:"detail"`
	// Syntax is set when the input is not JSON at all.
	Syntax bool `json:"-"`
}

// String returns the pointer, if there is one, and the text.
func (p Problem) String() string {
	if p.Pointer == "" {
		return p.Text
	}
	return p.Pointer + ": " + p.Text
}

// Decode reads data, which must be one JSON value, into the struct or slice to
// which into points. A field is required unless its tag has omitempty or omitzero. It
// returns all problems, and no more than 20; into is complete only if there are
// none.
func Decode(data []byte, into any) []Problem {
	if !utf8.Valid(data) {
		return []Problem{{Text: "not valid UTF-8", Syntax: true}}
	}
	tree, err := parse(data)
	if err != nil {
		return []Problem{{Text: err.Error(), Syntax: true}}
	}
	c := checker{}
	c.check("", tree, reflect.TypeOf(into).Elem())
	if len(c.problems) > 0 {
		return c.problems
	}
	if err := json.Unmarshal(data, into); err != nil {
		return []Problem{{Text: "can't be read: " + cut(err.Error(), maxText)}}
	}
	return nil
}
