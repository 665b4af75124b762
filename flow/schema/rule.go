package schema

import "slices"

// A Rule says what a change of a schema must keep.
type Rule string

const (
	// Backward is that what was written before can be read after the change. It
	// is the rule where none is named: the log is read for ever.
	Backward Rule = "backward"
	// Forward is that what is written after the change can be read by who does
	// not know of it.
	Forward Rule = "forward"
	// Full is both.
	Full Rule = "full"
)

// valid says whether there is such a rule. The empty one is Backward.
func (r Rule) valid() bool { return slices.Contains([]Rule{"", Backward, Forward, Full}, r) }

// directions returns the rules of one direction that a rule consists of.
func (r Rule) directions() []Rule {
	switch r {
	case Full:
		return []Rule{Backward, Forward}
	case Forward:
		return []Rule{Forward}
	case Backward:
	}
	return []Rule{Backward}
}

// and returns the rule that holds where two hold.
func (r Rule) and(other Rule) Rule {
	if slices.Equal(r.directions(), other.directions()) {
		return r
	}
	return Full
}
