package flow

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// A schema is one version of an event.
type schema struct {
	typ     string
	version int
}

// errNewer says that an event was written by a later version of the application.
var errNewer = errors.New("the event is newer than this version of the application")

// A codec decodes stored events by their wire names and versions.
type codec struct {
	today  map[string]reflect.Type
	latest map[string]int // by wire name, where it is not 1
	old    map[schema]Old
	// steps finds the old version that a struct is.
	steps map[reflect.Type]Old
}

func newCodec(c Catalogue) codec {
	x := codec{
		today: make(map[string]reflect.Type, len(c.entries)), latest: map[string]int{},
		old: map[schema]Old{}, steps: map[reflect.Type]Old{},
	}
	for _, e := range c.entries {
		x.today[e.event.Type()] = reflect.TypeOf(e.event)
	}
	for _, o := range c.old {
		x.old[schema{o.typ, o.version}] = o
		x.steps[reflect.TypeOf(o.zero)] = o
		x.latest[o.typ] = max(x.latest[o.typ], o.version+1)
	}
	return x
}

// declares says whether an event is of today.
func (x codec) declares(typ string) bool {
	_, ok := x.today[typ]
	return ok
}

// version returns the version in which an event is written.
func (x codec) version(typ string) int {
	if !x.declares(typ) {
		return 0
	}
	return max(x.latest[typ], 1)
}

// stored returns the version of an event as it is stored: 0 for 1.
func (x codec) stored(typ string) int { return x.latest[typ] }

// each calls do with the event that a stored one is today, or with all those that
// it was split into, and returns the first error.
func (x codec) each(typ string, version int, data []byte, do func(Event) error) error {
	version = max(version, 1)
	if version == x.version(typ) {
		e, err := x.decode(typ, data)
		if err != nil {
			return err
		}
		return do(e)
	}
	o, ok := x.old[schema{typ, version}]
	if !ok {
		return fmt.Errorf("version %d of event %s is not in the catalogue: %w", version, typ, errNewer)
	}
	next, err := upcastSafely(o, data)
	if err != nil {
		return fmt.Errorf("version %d of event %s: %w", version, typ, err)
	}
	return x.follow(next, o, do)
}

// decode returns an event of today, read from its JSON.
func (x codec) decode(typ string, data []byte) (Event, error) {
	t, ok := x.today[typ]
	if !ok {
		return nil, fmt.Errorf("event %s is not in the catalogue: %w", typ, errNewer)
	}
	p := reflect.New(t)
	if err := json.Unmarshal(data, p.Interface()); err != nil {
		return nil, fmt.Errorf("event %s: %w", typ, err)
	}
	e, ok := reflect.TypeAssert[Event](p.Elem())
	if !ok {
		return nil, fmt.Errorf("event %s: %s is not an Event", typ, t)
	}
	return e, nil
}

// follow turns what an old version became into events of today.
func (x codec) follow(values []any, from Old, do func(Event) error) error {
	for _, v := range values {
		if !slices.Contains(from.next, reflect.TypeOf(v)) {
			return fmt.Errorf("version %d of event %s became a %T, which it does not declare", from.version, from.typ, v)
		}
		if e, ok := v.(Event); ok && x.today[e.Type()] == reflect.TypeOf(v) {
			if err := do(e); err != nil {
				return err
			}
			continue
		}
		o := x.steps[reflect.TypeOf(v)]
		data, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("version %d of event %s: %w", o.version, o.typ, err)
		}
		next, err := upcastSafely(o, data)
		if err != nil {
			return fmt.Errorf("version %d of event %s: %w", o.version, o.typ, err)
		}
		if err := x.follow(next, o, do); err != nil {
			return err
		}
	}
	return nil
}

// upcastSafely turns a panic of the user's function into an error.
func upcastSafely(o Old, data []byte) (next []any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("upcast panicked: %v", r)
		}
	}()
	return o.upcast(data)
}

// becomes returns the wire names of the events of today that an old version
// becomes.
func (x codec) becomes(o Old) (types []string) {
	for _, t := range o.next {
		if e, ok := reflect.TypeAssert[Event](reflect.New(t).Elem()); ok && x.today[e.Type()] == t {
			types = append(types, e.Type())
			continue
		}
		if step, ok := x.steps[t]; ok {
			types = append(types, x.becomes(step)...)
		}
	}
	return types
}
