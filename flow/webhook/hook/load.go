package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"github.com/onevent/onevent/flow"
)

// Load returns the state of a hook after the events of its stream; the zero Hook if
// there are none.
func Load(events iter.Seq2[flow.Recorded, error]) (Hook, error) {
	var h Hook
	for r, err := range events {
		if errors.Is(err, flow.ErrUnknown) {
			return Hook{}, nil
		}
		var e Event
		if err == nil {
			e, err = decode(r)
		}
		if err != nil {
			return Hook{}, fmt.Errorf("hook: %w", err)
		}
		if e != nil {
			h = h.Evolve(e)
		}
	}
	return h, nil
}

// decode returns a stored event that changes a hook; nil for the others.
func decode(r flow.Recorded) (Event, error) {
	switch r.Type {
	case Registered{}.Type():
		return read[Registered](r)
	case Rotated{}.Type():
		return read[Rotated](r)
	case RotationEnded{}.Type():
		return read[RotationEnded](r)
	case Disabled{}.Type():
		return read[Disabled](r)
	case Enabled{}.Type():
		return read[Enabled](r)
	}
	return nil, nil //nolint:nilnil // the others say nothing about how to post
}

func read[E Event](r flow.Recorded) (Event, error) {
	var e E
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return nil, fmt.Errorf("%s: %w", r.ID, err)
	}
	return e, nil
}
