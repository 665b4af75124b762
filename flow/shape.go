package flow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// shapeOf returns a fingerprint of how values of a type look in JSON: the names
// and types of all fields, at every depth, and the version that the zero value
// tells. Two types with one shape read each other's JSON.
func shapeOf(t reflect.Type, zero any) string {
	var b strings.Builder
	describe(&b, t, map[reflect.Type]bool{})
	if v, ok := zero.(versioned); ok {
		fmt.Fprintf(&b, "#%d", v.StateVersion())
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:12])
}

func describe(b *strings.Builder, t reflect.Type, seen map[reflect.Type]bool) {
	fmt.Fprintf(b, "%s %s", t.Kind(), t.String())
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() { //nolint:exhaustive // the other kinds have no parts
	case reflect.Struct:
		for f := range t.Fields() {
			fmt.Fprintf(b, "{%s %q ", f.Name, f.Tag.Get("json"))
			describe(b, f.Type, seen)
			b.WriteByte('}')
		}
	case reflect.Map:
		b.WriteByte('[')
		describe(b, t.Key(), seen)
		b.WriteByte(']')
		describe(b, t.Elem(), seen)
	case reflect.Slice, reflect.Array, reflect.Pointer:
		fmt.Fprintf(b, "*%d", arrayLen(t))
		describe(b, t.Elem(), seen)
	}
}

func arrayLen(t reflect.Type) int {
	if t.Kind() == reflect.Array {
		return t.Len()
	}
	return 0
}

// checkStorable returns an error that names the first part of a type that JSON
// would lose or could not read back.
func checkStorable(t reflect.Type) error { return storable(t, t.String(), map[reflect.Type]bool{}) }

func storable(t reflect.Type, path string, seen map[reflect.Type]bool) error {
	if isPlain(t) || seen[t] || readsItself(t) {
		return nil
	}
	seen[t] = true
	switch t.Kind() { //nolint:exhaustive // the other kinds are scalars
	case reflect.Struct:
		return storableFields(t, path, seen)
	case reflect.Map:
		if k := t.Key().Kind(); k != reflect.String && (k < reflect.Int || k > reflect.Uint64) && !readsItself(t.Key()) {
			return fmt.Errorf("%s has keys of type %s, which JSON can't hold", path, t.Key())
		}
		return storable(t.Elem(), path+"[]", seen)
	case reflect.Slice, reflect.Array, reflect.Pointer:
		return storable(t.Elem(), path+"[]", seen)
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("%s is a %s, which JSON can't hold", path, t.Kind())
	}
	return nil
}

func storableFields(t reflect.Type, path string, seen map[reflect.Type]bool) error {
	for f := range t.Fields() {
		at := path + "." + f.Name
		switch {
		case f.Type == reflect.TypeFor[Deadline]():
			continue
		case !f.IsExported() && !f.Anonymous:
			return fmt.Errorf("%s is not exported, so it would be lost in JSON", at)
		case f.Tag.Get("json") == "-":
			return fmt.Errorf("%s is left out of JSON", at)
		}
		if err := storable(f.Type, at, seen); err != nil {
			return err
		}
	}
	return nil
}

// isPlain says whether a type is one of Go's own texts, numbers or truths, as most
// are: it has no methods to look for, which each start of an instance would pay for.
func isPlain(t reflect.Type) bool {
	k := t.Kind()
	return t.PkgPath() == "" && (k >= reflect.Bool && k <= reflect.Float64 || k == reflect.String)
}

// readsItself says whether a type brings its own JSON, as time.Time does.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	text := p.Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]())
	return text || p.Implements(reflect.TypeFor[json.Unmarshaler]())
}
