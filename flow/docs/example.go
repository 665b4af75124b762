package docs

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/onevent/onevent/flow/schema"
)

// exampleDepth bounds the examples of types that contain themselves.
const exampleDepth = 6

// example returns JSON that a schema allows, with something in each member.
func example(s *schema.Schema) json.RawMessage {
	var b strings.Builder
	writeExample(&b, s, s, "", 0)
	return json.RawMessage(b.String())
}

// writeExample writes one value: for a text, the name of the member it is in.
func writeExample(b *strings.Builder, root, s *schema.Schema, name string, depth int) {
	s = s.Resolve(root)
	typ := ""
	if len(s.Type) > 0 {
		typ = s.Type[0]
	}
	switch typ {
	case "string":
		writeJSON(b, text(s, name))
	case "integer", "number":
		b.WriteString(exampleNumber(s))
	case "boolean":
		b.WriteString("true")
	case "array":
		writeElements(b, root, s, name, depth)
	case "object":
		writeMembers(b, root, s, name, depth)
	default:
		b.WriteString("{}")
	}
}

func text(s *schema.Schema, name string) string {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Format == "date-time":
		return "2026-01-02T15:04:05Z"
	case s.ContentEncoding == "base64":
		return "AQID"
	}
	return cmp.Or(name, "text") + "-1"
}

func exampleNumber(s *schema.Schema) string {
	if s.Maximum == "0" {
		return "0"
	}
	return "1"
}

func writeElements(b *strings.Builder, root, s *schema.Schema, name string, depth int) {
	n := 1
	if depth > exampleDepth || s.Items == nil {
		n = 0
	}
	if s.MinItems != nil {
		n = *s.MinItems
	}
	b.WriteByte('[')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		writeExample(b, root, s.Items, name, depth+1)
	}
	b.WriteByte(']')
}

func writeMembers(b *strings.Builder, root, s *schema.Schema, name string, depth int) {
	b.WriteByte('{')
	comma := ""
	for _, p := range s.Properties {
		if depth > exampleDepth && !s.Requires(p.Name) {
			continue
		}
		b.WriteString(comma)
		writeJSON(b, p.Name)
		b.WriteByte(':')
		writeExample(b, root, p.Schema, p.Name, depth+1)
		comma = ","
	}
	if values := s.Values(); values != nil && depth <= exampleDepth {
		b.WriteString(comma)
		key := "key-1"
		if s.PropertyNames != nil {
			key = "1"
		}
		writeJSON(b, key)
		b.WriteByte(':')
		writeExample(b, root, values, name, depth+1)
	}
	b.WriteByte('}')
}

func writeJSON(b *strings.Builder, text string) {
	data, err := json.Marshal(text)
	if err != nil { // a text always can be
		data = []byte(`""`)
	}
	b.Write(data)
}
