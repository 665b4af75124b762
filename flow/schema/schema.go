package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Dialect is what $schema says: JSON Schema 2020-12.
const Dialect = "https://json-schema.org/draft/2020-12/schema"

// A Schema is a JSON Schema. The zero Schema allows everything.
type Schema struct {
	Dialect     string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	// Rule is how the schema may change; empty means Backward. It is a keyword of
	// our own, which other programs take no notice of.
	Rule Rule `json:"x-onevent-compatibility,omitempty"`
	// Deprecated is set where it is going to be removed.
	Deprecated bool `json:"deprecated,omitempty"`

	// Ref points to another schema of the same document, as "#/$defs/Node".
	Ref             string      `json:"$ref,omitempty"`
	Type            Types       `json:"type,omitempty"`
	Enum            []string    `json:"enum,omitempty"`
	Format          string      `json:"format,omitempty"`
	Pattern         string      `json:"pattern,omitempty"`
	ContentEncoding string      `json:"contentEncoding,omitempty"`
	Minimum         json.Number `json:"minimum,omitempty"`
	Maximum         json.Number `json:"maximum,omitempty"`

	Items    *Schema `json:"items,omitempty"`
	MinItems *int    `json:"minItems,omitempty"`
	MaxItems *int    `json:"maxItems,omitempty"`

	Properties    Properties  `json:"properties,omitempty"`
	Required      []string    `json:"required,omitempty"`
	PropertyNames *Schema     `json:"propertyNames,omitempty"`
	Additional    *Additional `json:"additionalProperties,omitempty"`

	Defs Properties `json:"$defs,omitempty"`
}

// Types are the JSON types of a value; none means any. One alone is written as a
// string.
type Types []string

// MarshalJSON writes a string, or an array of strings.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// UnmarshalJSON reads a string, or an array of strings.
func (t *Types) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*t = make(Types, 1)
		return json.Unmarshal(data, &(*t)[0])
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// has says whether a type is among them.
func (t Types) has(name string) bool { return len(t) == 0 || slices.Contains(t, name) }

// A Property is one member of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Properties are members of an object in the order of the source.
type Properties []Property

// Get returns the schema of a member, nil if there is none.
func (p Properties) Get(name string) *Schema {
	for _, property := range p {
		if property.Name == name {
			return property.Schema
		}
	}
	return nil
}

// MarshalJSON writes an object that keeps the order.
func (p Properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, property := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(property.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(property.Schema)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads an object and keeps the order.
func (p *Properties) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return fmt.Errorf("properties are %v, an object is wanted", token)
	}
	*p = nil
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		property := Property{Schema: &Schema{}}
		property.Name, _ = token.(string)
		if err := dec.Decode(property.Schema); err != nil {
			return err
		}
		*p = append(*p, property)
	}
	return nil
}

// Additional says what the members of an object may be that are not among its
// properties: nil means that there may be none.
type Additional struct{ Schema *Schema }

// MarshalJSON writes false, or the schema.
func (a Additional) MarshalJSON() ([]byte, error) {
	if a.Schema == nil {
		return []byte("false"), nil
	}
	return json.Marshal(a.Schema)
}

// UnmarshalJSON reads false, true or a schema.
func (a *Additional) UnmarshalJSON(data []byte) error {
	a.Schema = nil
	switch string(data) {
	case "false":
		return nil
	case "true":
		a.Schema = &Schema{}
		return nil
	}
	return json.Unmarshal(data, &a.Schema)
}

// closed says whether an object may have its properties only.
func (s *Schema) closed() bool { return s.Additional != nil && s.Additional.Schema == nil }

// Values returns the schema of the values of a map, nil for everything else.
func (s *Schema) Values() *Schema {
	if s.Additional == nil {
		return nil
	}
	return s.Additional.Schema
}

const defsPrefix = "#/$defs/"

// Resolve follows a $ref within the document of root.
func (s *Schema) Resolve(root *Schema) *Schema {
	for range len(root.Defs) {
		name, ok := strings.CutPrefix(s.Ref, defsPrefix)
		if !ok {
			break
		}
		next := root.Defs.Get(name)
		if next == nil {
			break
		}
		s = next
	}
	return s
}

// Read reads a schema from its JSON.
func Read(data []byte) (*Schema, error) {
	var s Schema
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return &s, nil
}

// Bytes returns the schema's JSON for people: indented, with a newline at the
// end, and always the same.
func (s *Schema) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("schema %s: %w", s.ID, err)
	}
	return b.Bytes(), nil
}

// Requires says whether an object must have a member.
func (s *Schema) Requires(name string) bool { return slices.Contains(s.Required, name) }
