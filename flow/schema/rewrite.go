package schema

import (
	"slices"
	"strings"
)

// Within returns the schema as a part of another document, where it lies at a
// place such as "#/components/schemas/order.created": without $schema and $id, and
// with its references pointing there.
func (s *Schema) Within(place string) *Schema {
	part := s.rewritten(func(s *Schema) {
		if name, ok := strings.CutPrefix(s.Ref, defsPrefix); ok {
			s.Ref = place + strings.TrimPrefix(defsPrefix, "#") + name
		}
	})
	part.Dialect, part.ID = "", ""
	return part
}

// rewritten returns a copy in which each schema went through a function.
func (s *Schema) rewritten(change func(*Schema)) *Schema {
	if s == nil {
		return nil
	}
	c := *s
	c.Type, c.Enum, c.Required = slices.Clone(s.Type), slices.Clone(s.Enum), slices.Clone(s.Required)
	c.Items, c.PropertyNames = s.Items.rewritten(change), s.PropertyNames.rewritten(change)
	c.Properties, c.Defs = s.Properties.rewritten(change), s.Defs.rewritten(change)
	if s.Additional != nil {
		c.Additional = &Additional{Schema: s.Additional.Schema.rewritten(change)}
	}
	change(&c)
	return &c
}

func (p Properties) rewritten(change func(*Schema)) Properties {
	c := slices.Clone(p)
	for i := range c {
		c[i].Schema = c[i].Schema.rewritten(change)
	}
	return c
}
