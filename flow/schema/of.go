package schema

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Use says who writes the data and who reads it.
type Use int

const (
	// Written is what encoding/json writes of a type and reads again, as of
	// events: what is nil may be null, and members may come that are not known
	// yet.
	Written Use = iota
	// Asked is what a command's sender must send: nothing is null, and nothing
	// unknown.
	Asked
)

// Comments returns what the source says of a type, or of one of its fields: field
// is empty for the type itself. Empty means nothing.
type Comments func(t reflect.Type, field string) string

// Of returns the schema of the JSON of a Go type. It is required of the data to
// have each field whose tag has neither omitempty nor omitzero. Numbers have the
// range of their type; a named string with the method Values() []string has
// those values only. A type that writes its own JSON may be anything, but for
// time.Time; comments may be nil.
func Of(t reflect.Type, use Use, comments Comments) *Schema {
	if comments == nil {
		comments = func(reflect.Type, string) string { return "" }
	}
	g := &generator{use: use, comments: comments, names: map[reflect.Type]string{}}
	g.open = append(g.open, t)
	s := g.structOrOther(t)
	if name, ok := g.names[t]; ok { // the type contains itself
		inner := *s
		g.defs = append(g.defs, Property{name, &inner})
		s = &Schema{Ref: defsPrefix + name}
	}
	slices.SortFunc(g.defs, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	s.Defs = g.defs
	s.Description = comments(t, "")
	return s
}

// A generator makes one schema. Types within types are described in their place,
// but for those that contain themselves.
type generator struct {
	use      Use
	comments Comments
	open     []reflect.Type          // those being described, the outermost first
	names    map[reflect.Type]string // in $defs, of those that contain themselves
	defs     Properties
}

// described returns the schema of a type, with what the source says of it.
func (g *generator) described(t reflect.Type) *Schema {
	s := g.of(t)
	if s.Ref == "" && s.Description == "" && t.Name() != "" {
		s.Description = g.comments(t, "")
	}
	return s
}

func (g *generator) of(t reflect.Type) *Schema {
	if s := special(t); s != nil {
		return s
	}
	if t.Kind() == reflect.Pointer {
		return g.nullable(g.described(t.Elem()))
	}
	if slices.Contains(g.open, t) {
		return &Schema{Ref: defsPrefix + g.name(t)}
	}
	if t.Name() == "" || t.Kind() < reflect.Array || t.Kind() == reflect.String {
		return g.structOrOther(t)
	}
	g.open = append(g.open, t)
	s := g.structOrOther(t)
	g.open = g.open[:len(g.open)-1]
	name, ok := g.names[t]
	if !ok {
		return s
	}
	if g.defs.Get(name) == nil {
		g.defs = append(g.defs, Property{name, s})
	}
	return &Schema{Ref: defsPrefix + name}
}

// name returns a type's name in $defs.
func (g *generator) name(t reflect.Type) string {
	name, ok := g.names[t]
	if !ok {
		name = t.Name()
		for _, other := range g.names {
			if other == name {
				name = strings.ReplaceAll(t.String(), ".", "_")
			}
		}
		g.names[t] = name
	}
	return name
}

// special returns the schema of a type that has a form of its own in JSON, nil
// for the others.
func special(t reflect.Type) *Schema {
	p := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &Schema{Type: Types{"string"}, Format: "date-time"}
	case t == reflect.TypeFor[json.Number]():
		return &Schema{Type: Types{"number"}}
	case p.Implements(reflect.TypeFor[json.Marshaler]()) || p.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return &Schema{}
	case p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return &Schema{Type: Types{"string"}}
	}
	return nil
}

// nullable returns the schema that allows null too, where that is written.
func (g *generator) nullable(s *Schema) *Schema {
	if g.use == Asked || len(s.Type) == 0 || slices.Contains(s.Type, "null") {
		return s
	}
	s.Type = append(s.Type, "null")
	return s
}

func (g *generator) structOrOther(t reflect.Type) *Schema {
	switch k := t.Kind(); {
	case k == reflect.Struct:
		return g.object(t)
	case k == reflect.Map:
		return g.mapping(t)
	case k == reflect.Slice && t.Elem().Kind() == reflect.Uint8 && special(t.Elem()) == nil:
		return g.nullable(&Schema{Type: Types{"string"}, ContentEncoding: "base64"})
	case k == reflect.Slice:
		return g.nullable(&Schema{Type: Types{"array"}, Items: g.described(t.Elem())})
	case k == reflect.Array:
		n := t.Len()
		return &Schema{Type: Types{"array"}, Items: g.described(t.Elem()), MinItems: &n, MaxItems: &n}
	case k == reflect.Interface:
		return &Schema{}
	}
	return scalar(t)
}

func scalar(t reflect.Type) *Schema {
	switch k := t.Kind(); {
	case k == reflect.Bool:
		return &Schema{Type: Types{"boolean"}}
	case k >= reflect.Int && k <= reflect.Int64:
		most := int64(math.MaxInt64) >> (64 - t.Bits())
		return &Schema{Type: Types{"integer"}, Minimum: number(-most - 1), Maximum: number(most)}
	case k >= reflect.Uint && k <= reflect.Uintptr:
		most := uint64(math.MaxUint64) >> (64 - t.Bits())
		return &Schema{Type: Types{"integer"}, Minimum: "0", Maximum: json.Number(strconv.FormatUint(most, 10))}
	case k == reflect.Float32:
		return &Schema{Type: Types{"number"}, Minimum: "-" + maxFloat32, Maximum: maxFloat32}
	case k == reflect.Float64:
		return &Schema{Type: Types{"number"}}
	}
	s := &Schema{Type: Types{"string"}}
	if v, ok := reflect.TypeAssert[interface{ Values() []string }](reflect.Zero(t)); ok {
		s.Enum = v.Values()
	}
	return s
}

// maxFloat32 is the largest float32, as encoding/json writes it.
const maxFloat32 json.Number = "3.4028235e+38"

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

// integerKeys are the keys of a map from whole numbers, as JSON has them.
const integerKeys = "^-?[0-9]+$"

func (g *generator) mapping(t reflect.Type) *Schema {
	s := &Schema{Type: Types{"object"}, Additional: &Additional{Schema: g.described(t.Elem())}}
	if k := t.Key(); k.Kind() >= reflect.Int && k.Kind() <= reflect.Uintptr && special(k) == nil {
		s.PropertyNames = &Schema{Pattern: integerKeys}
	}
	return g.nullable(s)
}

func (g *generator) object(t reflect.Type) *Schema {
	s := &Schema{Type: Types{"object"}}
	g.fields(s, t, false)
	if g.use == Asked {
		s.Additional = &Additional{}
	}
	return s
}

// fields adds the fields of a struct, and then those of the structs embedded in
// it, which the outer ones hide.
func (g *generator) fields(s *Schema, t reflect.Type, optional bool) {
	var embedded []reflect.StructField
	for f := range t.Fields() {
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case f.Anonymous && name == "" && indirect(f.Type).Kind() == reflect.Struct && special(indirect(f.Type)) == nil:
			embedded = append(embedded, f)
			continue
		case !f.IsExported():
			continue
		case !tagged || name == "":
			name = f.Name
		}
		if s.Properties.Get(name) != nil {
			continue
		}
		s.Properties = append(s.Properties, Property{name, g.field(t, f, options)})
		if !optional && !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			s.Required = append(s.Required, name)
		}
	}
	for _, f := range embedded {
		g.fields(s, indirect(f.Type), optional || f.Type.Kind() == reflect.Pointer)
	}
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func (g *generator) field(in reflect.Type, f reflect.StructField, options string) *Schema {
	s := g.described(f.Type)
	if slices.Contains(strings.Split(options, ","), "string") {
		s = &Schema{Type: Types{"string"}, Description: s.Description}
	}
	if text := g.comments(in, f.Name); text != "" {
		s.Description = text
	}
	return s
}
