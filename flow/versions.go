package flow

import (
	"encoding/json"
	"reflect"
)

// An Old is a version of an event that is not written any more, and that the log
// may hold for ever. It is made by Upcast or Split, and declared by Versions.
type Old struct {
	typ     string
	version int
	zero    any
	next    []reflect.Type // what it becomes
	upcast  func(data []byte) ([]any, error)
	place   place
}

// Upcast declares a version of the event with a wire name: O is the struct that
// it was, and up turns it into the next version's struct, or the event of today. It
// is pure and total, as Evolve is.
//
//	flow.Versions(
//		flow.Upcast("order.created", 1, order.CreatedV1.Upcast), // CreatedV1 to CreatedV2
//		flow.Upcast("order.created", 2, order.CreatedV2.Upcast), // CreatedV2 to Created
//		flow.Upcast("order.placed", 1, order.Placed.Upcast),     // renamed: Placed to CreatedV1
//	)
//
// An event's version is one more than its last old one, and 1 where there is
// none. Functions and views take what is stored in an old version as the event of
// today; the log is not changed.
func Upcast[O, N any](typ string, version int, up func(O) N) Old {
	var zero O
	return Old{
		typ: typ, version: version, zero: zero, next: []reflect.Type{reflect.TypeFor[N]()}, place: callerPlace(),
		upcast: func(data []byte) ([]any, error) {
			old, err := read[O](data)
			if err != nil {
				return nil, err
			}
			return []any{up(old)}, nil
		},
	}
}

// Split declares a version of an event that became several events, of different
// types. Becomes are their zero values: each is the event of today, or the struct of an
// old version.
func Split[O any](typ string, version int, up func(O) []any, becomes ...any) Old {
	var zero O
	next := make([]reflect.Type, len(becomes))
	for i, b := range becomes {
		next[i] = reflect.TypeOf(b)
	}
	return Old{
		typ: typ, version: version, zero: zero, next: next, place: callerPlace(),
		upcast: func(data []byte) ([]any, error) {
			old, err := read[O](data)
			if err != nil {
				return nil, err
			}
			return up(old), nil
		},
	}
}

func read[O any](data []byte) (O, error) {
	var old O
	err := json.Unmarshal(data, &old)
	return old, err
}

// Versions returns a catalogue of old versions, to be joined with that of today's
// events.
func Versions(old ...Old) Catalogue { return Catalogue{old: old} }

// An OldVersion describes an Old.
type OldVersion struct {
	// Type is the wire name under which it is stored, and Version its number.
	Type    string
	Version int
	// Zero is the zero value of its struct.
	Zero any
}

// OldVersions returns the old versions, as declared.
func (c Catalogue) OldVersions() []OldVersion {
	all := make([]OldVersion, len(c.old))
	for i, o := range c.old {
		all[i] = OldVersion{Type: o.typ, Version: o.version, Zero: o.zero}
	}
	return all
}

// Version returns the version in which an event is written, 0 if the catalogue
// does not declare it.
func (c Catalogue) Version(typ string) int { return newCodec(c).version(typ) }

// versions checks that every old version becomes an event of today.
func (c *check) versions() {
	seen := map[schema]Old{}
	byType := map[reflect.Type]bool{}
	for _, o := range c.app.Events.old {
		byType[reflect.TypeOf(o.zero)] = true
	}
	for _, e := range c.declared {
		byType[reflect.TypeOf(e.event)] = true
	}
	last := map[string]int{}
	for _, o := range c.app.Events.old {
		s := schema{o.typ, o.version}
		if first, ok := seen[s]; ok {
			c.add("version %d of event %s is declared twice: %s and %s", o.version, o.typ, first.place, o.place)
		}
		seen[s] = o
		last[o.typ] = max(last[o.typ], o.version)
		c.old(o, byType)
	}
	for typ, n := range last {
		for v := 1; v < n; v++ {
			if _, ok := seen[schema{typ, v}]; !ok {
				c.add("version %d of event %s is declared (%s), and version %d is not", n, typ, seen[schema{typ, n}].place, v)
			}
		}
	}
}

func (c *check) old(o Old, known map[reflect.Type]bool) {
	if err := checkType(o.typ); err != nil {
		c.add("%s: %v", o.place, err)
	}
	if o.version < 1 {
		c.add("%s: version %d of event %s; versions begin with 1", o.place, o.version, o.typ)
	}
	t := reflect.TypeOf(o.zero)
	if t == nil || t.Kind() != reflect.Struct {
		c.add("%s: version %d of event %s is a %v, events are structs", o.place, o.version, o.typ, t)
		return
	}
	if err := checkStorable(t); err != nil {
		c.add("%s: version %d of event %s: %v", o.place, o.version, o.typ, err)
	}
	if len(o.next) == 0 {
		c.add("%s: version %d of event %s becomes nothing", o.place, o.version, o.typ)
	}
	for _, next := range o.next {
		if next == t || !known[next] {
			c.add("%s: version %d of event %s becomes a %v, which is neither an event of the catalogue nor another old version", o.place, o.version, o.typ, next)
		}
	}
}

// Today returns the events that a stored one is today: itself, or what its old
// version becomes.
func (c Catalogue) Today(typ string, version int, data []byte) (events []Event, err error) {
	err = newCodec(c).each(typ, version, data, func(e Event) error {
		events = append(events, e)
		return nil
	})
	return events, err
}
