package docs

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/onevent/onevent/flow/schema"
)

// An object is a JSON object of a document; its members are written by name.
type object map[string]any

func ref(pointer string) object { return object{"$ref": pointer} }

// encode returns a document's JSON for people: the same each time.
func encode(document object) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(document); err != nil {
		return nil, fmt.Errorf("docs: %w", err)
	}
	return b.Bytes(), nil
}

const schemasPlace = "#/components/schemas/"

// component adds a schema to the components of a document, and returns a
// reference to it.
func component(schemas object, name string, s *schema.Schema) object {
	schemas[name] = s.Within(schemasPlace + name)
	return ref(schemasPlace + name)
}
