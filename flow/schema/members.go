package schema

import (
	"reflect"
	"slices"
	"strings"
)

// objects compares the members of objects and the values of maps.
func (c *comparison) objects(at string, w, r *Schema) {
	if !slices.Contains(w.Type, "object") {
		return
	}
	c.missing(at, w, r)
	for _, p := range w.Properties {
		where := at + "/properties/" + escape(p.Name)
		switch read := r.Properties.Get(p.Name); {
		case read != nil:
			c.compare(where, p.Schema, read)
		case r.Values() != nil:
			c.compare(where, p.Schema, r.Values())
		case r.closed():
			c.add(where, "the member %q %s, and unknown ones are refused", p.Name, c.goneOrNew())
		default:
			c.unread(at, where, p, w, r)
		}
	}
	c.maps(at, w, r)
}

// goneOrNew says what happened to what is written and not read.
func (c *comparison) goneOrNew() string {
	if c.rule == Forward {
		return "is new"
	}
	return "is gone"
}

// missing finds members that readers need and writers do not always write.
func (c *comparison) missing(at string, w, r *Schema) {
	for _, name := range r.Required {
		if slices.Contains(w.Required, name) {
			continue
		}
		where := at + "/properties/" + escape(name)
		_, optional := find(w.Properties, name)
		switch {
		case c.rule == Backward && optional:
			c.add(where, "the member %q was optional and is required", name)
		case c.rule == Backward:
			c.add(where, "the member %q is new and required", name)
		case optional:
			c.add(where, "the member %q was required and is optional", name)
		default:
			c.add(where, "the member %q was required and is gone", name)
		}
	}
}

func find(p Properties, name string) (Property, bool) {
	i := slices.IndexFunc(p, func(p Property) bool { return p.Name == name })
	if i < 0 {
		return Property{}, false
	}
	return p[i], true
}

// unread looks at a member that is written and not read: nothing is wrong with
// it, unless another one of the same shape is read and not written. Then the
// member seems to be renamed, and what it holds would be lost without a word.
func (c *comparison) unread(at, where string, p Property, w, r *Schema) {
	for _, other := range r.Properties {
		if w.Properties.Get(other.Name) == nil && sameShape(p.Schema, other.Schema) {
			was, is := p.Name, other.Name
			if c.rule == Forward {
				was, is = is, was
				where = at + "/properties/" + escape(is)
			}
			c.add(where, "the member %q seems to be renamed to %q; what is written under one name would not be read under the other", was, is)
			return
		}
	}
}

// sameShape says whether two schemas are the same but for their words.
func sameShape(a, b *Schema) bool { return reflect.DeepEqual(wordless(a), wordless(b)) }

func wordless(s *Schema) *Schema {
	return s.rewritten(func(s *Schema) {
		s.Title, s.Description, s.Deprecated = "", "", false
		slices.SortFunc(s.Properties, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
		slices.Sort(s.Required)
	})
}

// maps compares what the schemas say of members that they do not name.
func (c *comparison) maps(at string, w, r *Schema) {
	if r.PropertyNames != nil && len(w.Properties) > 0 {
		c.change(at, "the members", "named", "numbered")
	}
	if w.Values() == nil {
		return
	}
	if r.Values() == nil && len(r.Type) > 0 {
		c.add(at, "%s", map[Rule]string{
			Backward: "a map became an object of fixed members, which would lose what the map holds",
			Forward:  "an object of fixed members became a map, of which it would lose what it does not name",
		}[c.rule])
		return
	}
	if r.PropertyNames != nil && (w.PropertyNames == nil || w.PropertyNames.Pattern != r.PropertyNames.Pattern) {
		c.add(at+"/propertyNames", "not all keys are whole numbers, as the reader needs them")
	}
	if r.Values() != nil {
		c.compare(at+"/additionalProperties", w.Values(), r.Values())
	}
}
