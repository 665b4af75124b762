package edge

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// A Field is a field of a command, or of what is in it.
type Field struct {
	Name string `json:"name"`
	// Type is string, integer, number, boolean, object, map or array.
	Type     string `json:"type"`
	Required bool   `json:"required"`
	// Fields are those of an object, or of the objects in an array or map.
	Fields []Field `json:"fields,omitempty"`
}

// The types of fields.
const (
	typeString  = "string"
	typeInteger = "integer"
	typeNumber  = "number"
	typeBoolean = "boolean"
	typeObject  = "object"
	typeMap     = "map"
	typeArray   = "array"
)

// maxDepth bounds the description of types that contain themselves.
const maxDepth = 6

// fieldsOf returns the fields of a struct by their names in JSON, in the order of
// the source.
func fieldsOf(t reflect.Type) []Field { return fieldsAt(t, 0) }

func fieldsAt(t reflect.Type, depth int) []Field {
	fields := []Field{}
	if t.Kind() != reflect.Struct || depth > maxDepth {
		return fields
	}
	for field := range t.Fields() {
		name, required, ok := jsonField(field)
		if !ok {
			continue
		}
		f := Field{Name: name, Type: typeOf(field.Type), Required: required}
		switch f.Type {
		case typeObject, typeArray, typeMap:
			f.Fields = fieldsAt(innermost(field.Type), depth+1)
		}
		fields = append(fields, f)
	}
	return fields
}

// jsonField returns how a field stands in JSON, unless it does not.
func jsonField(f reflect.StructField) (name string, required, ok bool) {
	tag := f.Tag.Get("json")
	if !f.IsExported() || tag == "-" {
		return "", false, false
	}
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		name = f.Name
	}
	return name, !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero"), true
}

// innermost returns what pointers, arrays and maps hold in the end.
func innermost(t reflect.Type) reflect.Type {
	for {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		default:
			return t
		}
	}
}

func typeOf(t reflect.Type) string {
	if readsText(t) {
		return typeString
	}
	switch k := t.Kind(); {
	case k == reflect.Pointer:
		return typeOf(t.Elem())
	case k == reflect.Bool:
		return typeBoolean
	case k >= reflect.Int && k <= reflect.Uint64:
		return typeInteger
	case k == reflect.Float32 || k == reflect.Float64:
		return typeNumber
	case k == reflect.Slice || k == reflect.Array:
		return typeArray
	case k == reflect.Map:
		return typeMap
	case k == reflect.Struct:
		return typeObject
	}
	return typeString
}

// readsText says whether a type has a form of its own in JSON, which is mostly a
// text, as that of time.Time is.
func readsText(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || p.Implements(reflect.TypeFor[json.Unmarshaler]())
}

// exampleOf returns a value of a struct in JSON, with something in each field.
func exampleOf(t reflect.Type) json.RawMessage {
	v := reflect.New(t).Elem()
	fill(v, "", 0)
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return json.RawMessage("{}")
	}
	return data
}

// fill puts something into a value: for a text, the name of the field it is in.
func fill(v reflect.Value, name string, depth int) {
	if depth > maxDepth || !v.CanSet() || readsText(v.Type()) {
		return
	}
	switch k := v.Kind(); {
	case k == reflect.String:
		v.SetString(name + "-1")
	case k == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(1)
	case v.CanUint():
		v.SetUint(1)
	case v.CanFloat():
		v.SetFloat(1.5)
	case k == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, depth+1)
	case k == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name, depth+1)
	case k == reflect.Map:
		fillMap(v, name, depth)
	case k == reflect.Struct:
		for i := range v.NumField() {
			if field, _, ok := jsonField(v.Type().Field(i)); ok {
				fill(v.Field(i), field, depth+1)
			}
		}
	}
}

func fillMap(v reflect.Value, name string, depth int) {
	key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	fill(key, "key", depth+1)
	fill(element, name, depth+1)
	v.Set(reflect.MakeMap(v.Type()))
	v.SetMapIndex(key, element)
}
