package hook

import (
	"slices"

	"github.com/onevent/onevent/flow"
)

// The names of the views.
const (
	HooksView       = "hooks"
	SubscribersView = "hook-subscribers"
)

// A Summary is what people see of a hook.
type Summary struct {
	URL        string   `json:"url"`
	Types      []string `json:"types"`
	Generation int      `json:"generation"`
	// Status is "enabled" or "disabled", Reason why it is disabled.
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Pinged says what became of the last test message: "ok", or the error.
	Pinged string `json:"pinged,omitempty"`
}

// Hooks returns the view "hooks": a Summary for each hook.
func Hooks() flow.Function {
	return flow.View(HooksView,
		flow.Project(Registered.Key, func(_ Summary, e Registered) Summary {
			return Summary{URL: e.URL, Types: e.Types, Generation: 1, Status: "enabled"}
		}),
		flow.Project(Rotated.Key, func(s Summary, e Rotated) Summary { s.Generation = e.Generation; return s }),
		flow.Project(Disabled.Key, func(s Summary, e Disabled) Summary { s.Status, s.Reason = "disabled", e.Reason; return s }),
		flow.Project(Enabled.Key, func(s Summary, _ Enabled) Summary { s.Status, s.Reason = "enabled", ""; return s }),
		flow.Project(Pinged.Key, Summary.pinged),
	)
}

func (s Summary) pinged(e Pinged) Summary {
	if s.Pinged = e.Error; e.Error == "" {
		s.Pinged = "ok"
	}
	return s
}

// Subscribers are the hooks that want events of one type, sorted.
type Subscribers struct {
	Hooks []string `json:"hooks"`
}

// SubscribersByEvent returns the view "hook-subscribers": the Subscribers of each
// type of events. A document holds some thousands of them.
func SubscribersByEvent() flow.Function {
	return flow.View(SubscribersView,
		flow.Project(Subscribed.ByEvent, Subscribers.subscribed),
		flow.Project(Unsubscribed.ByEvent, Subscribers.unsubscribed),
	)
}

func (s Subscribers) subscribed(e Subscribed) Subscribers {
	at, found := slices.BinarySearch(s.Hooks, e.Hook)
	if !found {
		s.Hooks = slices.Insert(slices.Clone(s.Hooks), at, e.Hook)
	}
	return s
}

func (s Subscribers) unsubscribed(e Unsubscribed) Subscribers {
	if at, found := slices.BinarySearch(s.Hooks, e.Hook); found {
		s.Hooks = slices.Delete(slices.Clone(s.Hooks), at, at+1)
	}
	return s
}
