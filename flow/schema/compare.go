package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Break is one thing that a change of a schema breaks.
type Break struct {
	// Rule is which: Backward or Forward.
	Rule Rule
	// Pointer says where in the schema, as a JSON pointer. For what is gone it
	// is that in the old one.
	Pointer string
	// Text says what.
	Text string
}

// String returns it in one line.
func (b Break) String() string {
	at := b.Pointer
	if at == "" {
		at = "/"
	}
	return fmt.Sprintf("%s: %s (breaks %s: %s)", at, b.Text, b.Rule, meaning(b.Rule))
}

func meaning(r Rule) string {
	if r == Forward {
		return "programs that know the old schema would not understand what is written now"
	}
	return "what was written before would not be understood"
}

// Compare returns what breaks the rule when before becomes after: nothing, if the
// change is compatible. Who writes is taken to write the members that its schema
// names and no others; who reads does not mind unknown ones, unless its schema
// forbids them.
//
// Some changes are refused though all data would still be valid, since it would be
// misread: a member that seems to be renamed, a map that became an object of
// fixed members, whole numbers that a float can't hold.
func Compare(before, after *Schema, rule Rule) []Break {
	var breaks []Break
	for _, r := range rule.directions() {
		c := comparison{rule: r, writers: before, readers: after, seen: map[[2]*Schema]bool{}}
		if r == Forward {
			c.writers, c.readers = after, before
		}
		c.compare("", c.writers, c.readers)
		breaks = append(breaks, c.breaks...)
	}
	return breaks
}

// A comparison says what readers can't read of what writers write.
type comparison struct {
	rule             Rule
	writers, readers *Schema // the documents, in which a $ref is resolved
	seen             map[[2]*Schema]bool
	breaks           []Break
}

func (c *comparison) add(at, format string, args ...any) {
	c.breaks = append(c.breaks, Break{Rule: c.rule, Pointer: at, Text: fmt.Sprintf(format, args...)})
}

// change tells a change in the order of time, whichever side writes.
func (c *comparison) change(at, what, written, read string) {
	was, is := written, read
	if c.rule == Forward {
		was, is = read, written
	}
	c.add(at, "%s was %s and is %s", what, was, is)
}

func (c *comparison) compare(at string, w, r *Schema) {
	w, r = w.Resolve(c.writers), r.Resolve(c.readers)
	pair := [2]*Schema{w, r}
	if c.seen[pair] {
		return // a type that contains itself
	}
	c.seen[pair] = true
	if !c.types(at, w, r) {
		return
	}
	c.strings(at, w, r)
	c.numbers(at, w, r)
	c.arrays(at, w, r)
	c.objects(at, w, r)
}

// types says whether all types that are written are read.
func (c *comparison) types(at string, w, r *Schema) bool {
	if len(r.Type) == 0 {
		return true
	}
	if len(w.Type) == 0 {
		c.change(at, "the type", "any", named(r.Type))
		return false
	}
	for _, t := range w.Type {
		switch {
		case slices.Contains(r.Type, t):
		case t == "integer" && slices.Contains(r.Type, "number"):
		case t == "null":
			c.add(at, "null %s", map[Rule]string{Backward: "was allowed and is not", Forward: "was not allowed and is"}[c.rule])
		default:
			c.change(at, "the type", named(w.Type), named(r.Type))
			return false
		}
	}
	return true
}

func (c *comparison) strings(at string, w, r *Schema) {
	if !slices.Contains(w.Type, "string") {
		return
	}
	if w.ContentEncoding != r.ContentEncoding {
		c.change(at, "the encoding", orNone(w.ContentEncoding), orNone(r.ContentEncoding))
	}
	if r.Format != "" && w.Format != r.Format {
		c.change(at, "the format", orNone(w.Format), orNone(r.Format))
	}
	if r.Pattern != "" && w.Pattern != r.Pattern {
		c.change(at, "the pattern", orNone(w.Pattern), orNone(r.Pattern))
	}
	c.enum(at, w, r)
}

func (c *comparison) enum(at string, w, r *Schema) {
	if len(r.Enum) == 0 {
		return
	}
	if len(w.Enum) == 0 {
		c.change(at, "the value", "any", fmt.Sprintf("one of %q", r.Enum))
		return
	}
	for _, v := range w.Enum {
		if !slices.Contains(r.Enum, v) {
			c.add(at, "the value %q %s", v, map[Rule]string{Backward: "is gone", Forward: "is new"}[c.rule])
		}
	}
}

func (c *comparison) arrays(at string, w, r *Schema) {
	if !slices.Contains(w.Type, "array") {
		return
	}
	if r.MinItems != nil && (w.MinItems == nil || *w.MinItems < *r.MinItems) ||
		r.MaxItems != nil && (w.MaxItems == nil || *w.MaxItems > *r.MaxItems) {
		c.change(at, "the number of elements", lengths(w), lengths(r))
	}
	if w.Items != nil && r.Items != nil {
		c.compare(at+"/items", w.Items, r.Items)
	}
}

func lengths(s *Schema) string {
	switch {
	case s.MinItems == nil || s.MaxItems == nil:
		return "any"
	case *s.MinItems == *s.MaxItems:
		return strconv.Itoa(*s.MinItems)
	}
	return fmt.Sprintf("%d to %d", *s.MinItems, *s.MaxItems)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// The limits up to which floats hold every whole number.
const (
	exactFloat64 = "9007199254740992"
	exactFloat32 = "16777216"
)

func (c *comparison) numbers(at string, w, r *Schema) {
	integer := slices.Contains(w.Type, "integer")
	if !integer && !slices.Contains(w.Type, "number") {
		return
	}
	if beyond(w.Minimum.String(), r.Minimum.String(), -1) || beyond(w.Maximum.String(), r.Maximum.String(), 1) {
		c.change(at, "the range", rangeOf(w), rangeOf(r))
		return
	}
	exact := exactFloat64
	if r.Maximum == maxFloat32 {
		exact = exactFloat32
	}
	if integer && !slices.Contains(r.Type, "integer") && len(r.Type) > 0 &&
		(beyond(w.Minimum.String(), "-"+exact, -1) || beyond(w.Maximum.String(), exact, 1)) {
		c.add(at, "whole numbers beyond %s lose digits in a float", exact)
	}
}

// beyond says whether a limit of what is written lies outside of that of what is
// read; an empty one is none.
func beyond(written, read string, direction int) bool {
	switch {
	case read == "":
		return false
	case written == "":
		return true
	}
	return compare(written, read)*direction > 0
}

func rangeOf(s *Schema) string {
	if s.Minimum == "" && s.Maximum == "" {
		return "any"
	}
	return strings.TrimSpace(orNone(s.Minimum.String()) + " to " + orNone(s.Maximum.String()))
}
