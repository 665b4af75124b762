package hook

import (
	"slices"
	"time"

	"github.com/onevent/onevent/flow"
)

// Overlap is how long a secret signs after it was rotated.
const Overlap = 24 * time.Hour

// A Hook is the state of a hook.
type Hook struct {
	URL   string   `json:"url"`
	Types []string `json:"types"`
	// Generation is that of its secret, Old the one before while it signs too.
	Generation int `json:"generation"`
	Old        int `json:"old,omitempty"`
	// Disabled is set while nothing is posted.
	Disabled bool `json:"disabled,omitempty"`
	// Pings counts the test messages that were asked for.
	Pings int `json:"pings,omitempty"`
}

// Evolve returns the hook after an event.
func (h Hook) Evolve(e Event) Hook {
	switch e := e.(type) {
	case Registered:
		return Hook{URL: e.URL, Types: e.Types, Generation: 1}
	case Rotated:
		h.Generation, h.Old = e.Generation, h.Generation
		if e.Now {
			h.Old = 0
		}
	case RotationEnded:
		if e.Generation == h.Generation {
			h.Old = 0
		}
	case Disabled:
		h.Disabled = true
	case Enabled:
		h.Disabled = false
	case PingRequested:
		h.Pings = e.Ping
	case Subscribed, Unsubscribed, Pinged, Unreachable:
	}
	return h
}

// Generations returns the generations of the secrets that sign, the newest first.
func (h Hook) Generations() []int {
	if h.Old != 0 {
		return []int{h.Generation, h.Old}
	}
	return []int{h.Generation}
}

// Rules are what may be registered.
type Rules struct {
	// Types are the wire names of the events that the outside may have.
	Types []string
	// Check refuses a URL.
	Check func(url string) error
}

// Register registers a hook.
func (r Rules) Register(h Hook, c Register) ([]Event, error) {
	if err := r.Check(c.URL); err != nil {
		return nil, flow.Invalid("url", "%v", err)
	}
	for _, typ := range c.Types {
		if !slices.Contains(r.Types, typ) {
			return nil, flow.Invalid("types", "%q is no event that can be had", typ)
		}
	}
	if h.URL != "" {
		return nil, flow.Refuse("hook_exists", "there is a hook %s already", c.Hook)
	}
	return append([]Event{Registered(c)}, subscribed(c.Hook, c.Types)...), nil
}

// Rotate gives a hook a new secret. As long as two sign there is no third, unless it
// is urgent.
func (h Hook) Rotate(c Rotate) ([]Event, error) {
	if err := h.must(c.Hook); err != nil {
		return nil, err
	}
	next := h.Generation + 1
	switch {
	case c.Now:
		return []Event{Rotated{Hook: c.Hook, Generation: next, Now: true}}, nil
	case h.Old != 0:
		return nil, flow.Refuse("rotation_under_way", "two secrets of hook %s sign already", c.Hook)
	}
	return []Event{
		Rotated{Hook: c.Hook, Generation: next},
		RotationEnded{Deadline: flow.After(Overlap), Hook: c.Hook, Generation: next},
	}, nil
}

// Disable ends what is posted to a hook.
func (h Hook) Disable(c Disable) ([]Event, error) {
	if err := h.must(c.Hook); err != nil {
		return nil, err
	}
	if h.Disabled {
		return nil, flow.Refuse("hook_disabled", "hook %s is disabled", c.Hook)
	}
	return h.disable(c.Hook, c.Reason), nil
}

// Enable lets events be posted to a hook again.
func (h Hook) Enable(c Enable) ([]Event, error) {
	if err := h.must(c.Hook); err != nil {
		return nil, err
	}
	if !h.Disabled {
		return nil, flow.Refuse("hook_enabled", "hook %s is not disabled", c.Hook)
	}
	return append([]Event{Enabled(c)}, subscribed(c.Hook, h.Types)...), nil
}

// Ping asks for a test message, to a hook that is disabled too.
func (h Hook) Ping(c Ping) ([]Event, error) {
	if err := h.must(c.Hook); err != nil {
		return nil, err
	}
	return []Event{PingRequested{Hook: c.Hook, Ping: h.Pings + 1}}, nil
}

// OnUnreachable disables a hook that has not answered for days.
func (h Hook) OnUnreachable(e Unreachable) ([]Event, error) {
	if h.URL == "" || h.Disabled {
		return nil, nil
	}
	return h.disable(e.Hook, "it did not answer for days: "+e.Error), nil
}

func (h Hook) must(id string) error {
	if h.URL == "" {
		return flow.Refuse("unknown_hook", "there is no hook %s", id)
	}
	return nil
}

func (h Hook) disable(id, reason string) []Event {
	events := []Event{Disabled{Hook: id, Reason: reason}}
	for _, typ := range h.Types {
		events = append(events, Unsubscribed{Hook: id, Event: typ})
	}
	return events
}

func subscribed(id string, types []string) []Event {
	events := make([]Event, len(types))
	for i, typ := range types {
		events[i] = Subscribed{Hook: id, Event: typ}
	}
	return events
}
