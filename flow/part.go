package flow

import (
	"fmt"
	"slices"
)

// A part of a stored event is what it means for one document of a view: one
// event, unless it was split since.
type part struct {
	key    string // of the document
	events []Event
	// mark is under which a tally remembers it.
	mark string
}

// partsOf returns what the events that a stored one is today mean for the
// documents of a view: nothing, if they concern none.
func partsOf(f *Function, r Recorded, events []Event) (parts []part, err error) {
	for _, e := range events {
		key, err := documentKey(f, f.view.on[e.Type()], e)
		if err != nil {
			return nil, err
		}
		if key == "" {
			continue
		}
		i := slices.IndexFunc(parts, func(p part) bool { return p.key == key })
		if i < 0 {
			i = len(parts)
			parts = append(parts, part{key: key, mark: r.ID})
		}
		if i > 0 {
			parts[i].mark = identityOf(r.ID, key)
		}
		parts[i].events = append(parts[i].events, e)
	}
	return parts, nil
}

// documentKey returns the key of the document that an event concerns, empty for
// none.
func documentKey(f *Function, t tap, e Event) (key string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("key of %s panicked: %v", e.Type(), r)}
		}
	}()
	if key = t.key(e); key == "" {
		return "", nil
	}
	if err := CheckKey(key); err != nil {
		return "", &functionError{function: f.name, err: Reject(fmt.Errorf("document of %s: %w", e.Type(), err))}
	}
	return key, nil
}

// apply returns the document after a part.
func (p part) apply(f *Function, value any) (any, error) {
	for _, e := range p.events {
		var err error
		if value, err = applySafely(f, e.Type(), value, e); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// applySafely turns a panic of the user's projector into an error.
func applySafely(f *Function, typ string, value any, e Event) (_ any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &functionError{function: f.name, err: fmt.Errorf("%s panicked: %v", typ, r)}
		}
	}()
	value, err = f.view.on[typ].apply(value, e)
	if err != nil {
		return nil, &functionError{function: f.name, err: Reject(err)}
	}
	return value, nil
}
