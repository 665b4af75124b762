package flow

import "slices"

// A Catalogue says what can happen: every event of an application, once.
type Catalogue struct {
	entries []entry
	old     []Old
}

type entry struct {
	event Event // the zero value
	final bool
}

// place returns where in the source the event is; String does too, so that it is
// put into words only when somebody reads it.
func (e entry) place() string  { return goTypePlace(e.event) }
func (e entry) String() string { return e.place() }

// Events returns a catalogue of events, each given by its zero value, to which
// exactly one function each must be bound.
func Events(zero ...Event) Catalogue { return catalogueOf(false, zero) }

// Final returns a catalogue of events that end a flow: no function is bound to
// them. Views may tap them like any other.
func Final(zero ...Event) Catalogue { return catalogueOf(true, zero) }

// Join returns a catalogue of all entries of several.
func Join(catalogues ...Catalogue) Catalogue {
	var all Catalogue
	for _, c := range catalogues {
		all.entries = append(all.entries, c.entries...)
		all.old = append(all.old, c.old...)
	}
	return all
}

// An Entry describes an event of a catalogue.
type Entry struct {
	// Event is the zero value.
	Event Event
	// Version is the version in which it is written, from 1.
	Version int
	// Final is set when it ends a flow: no function is bound to it.
	Final bool
}

// Entries returns the events of today, as declared.
func (c Catalogue) Entries() []Entry {
	x := newCodec(c)
	all := make([]Entry, len(c.entries))
	for i, e := range c.entries {
		all[i] = Entry{Event: e.event, Version: x.version(e.event.Type()), Final: e.final}
	}
	return all
}

// Types returns the wire names of all events, sorted.
func (c Catalogue) Types() []string {
	types := make([]string, 0, len(c.entries))
	for _, e := range c.entries {
		types = append(types, e.event.Type())
	}
	slices.Sort(types)
	return types
}

func catalogueOf(final bool, zero []Event) Catalogue {
	var c Catalogue
	for _, e := range zero {
		c.entries = append(c.entries, entry{event: e, final: final})
	}
	return c
}
