package schema

import (
	"fmt"
	"reflect"
	"strings"
)

// A Refusal says why something that was published may not become what it is.
type Refusal struct {
	Subject Subject
	// Gone is set if it is not there any more. Otherwise there are Breaks.
	Gone   bool
	Breaks []Break
	// Advice says what to do instead.
	Advice string
}

// String returns the refusal in lines, the first of which names the subject.
func (r Refusal) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s was published (%s)", r.Subject, r.Subject.Path())
	if r.Gone {
		b.WriteString(" and is gone")
	}
	for _, broken := range r.Breaks {
		fmt.Fprintf(&b, "\n  %s", broken)
	}
	fmt.Fprintf(&b, "\n  %s", strings.ReplaceAll(r.Advice, "\n", "\n  "))
	return b.String()
}

// Check returns what may not be as it is in the set, since it was published
// otherwise, by subject. An event must follow its rule, as published and as it is
// now: a weaker rule holds from the next change on. An old version is read and
// not written, so it must be Backward; so must a command, whose senders are the
// writers.
func (set Set) Check(published Set) []Refusal {
	var refusals []Refusal
	for _, s := range published.Subjects() {
		before := published.schemas[s.Path()]
		after, ok := set.schemas[s.Path()]
		if !ok {
			if s.Version > 0 || !before.Deprecated {
				refusals = append(refusals, Refusal{Subject: s, Gone: true, Advice: adviceGone(s)})
			}
			continue
		}
		now := set.subjects[s.Path()]
		rule := before.Rule.and(after.Rule)
		if now.Old || now.Version == 0 {
			rule = Backward
		}
		if breaks := Compare(before, after, rule); len(breaks) > 0 {
			refusals = append(refusals, Refusal{Subject: now, Breaks: breaks, Advice: advice(now)})
		}
	}
	return refusals
}

// advice says how to make an incompatible change all the same.
func advice(s Subject) string {
	name := fmt.Sprint(reflect.TypeOf(s.Zero))
	switch {
	case s.Version == 0:
		return fmt.Sprintf("Its senders go on sending what was published. Keep %s as it was, or add a command of another name.", name)
	case s.Old:
		return fmt.Sprintf("An old version stays as it was written: give %s the fields that it had.", name)
	}
	old := fmt.Sprintf("%sV%d", name, s.Version)
	return fmt.Sprintf(`Keep %s as it was, or add version %d: call the struct as it was %s, add the line
  flow.Upcast(%q, %d, %s.Upcast)
to flow.Versions(…) in the catalogue, where Upcast turns the old struct into %s, and write the schemas again.`,
		name, s.Version+1, old, s.Type, s.Version, old, name)
}

func adviceGone(s Subject) string {
	if s.Version == 0 {
		return "Somebody may still send it. Give it the method Deprecated() bool, publish that, and remove it afterwards."
	}
	return fmt.Sprintf(`The log may hold it for ever. Put it back, or say what it became: add the line
  flow.Upcast(%q, %d, …)
to flow.Versions(…) in the catalogue, and write the schemas again.`, s.Type, s.Version)
}
