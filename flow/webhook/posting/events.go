// Package posting has the postings: events on their way to hooks. Each attempt is an
// event, so the log tells how often something was tried, and what was answered.
package posting

import "github.com/onevent/onevent/flow"

// An Event is what happens to a posting.
//
//sumtype:decl
type Event interface {
	flow.Event
	posting()
}

// Due says that an event is to be posted to a hook, for the first time or again.
type Due struct {
	flow.Deadline
	// Posting is the stream: that of all first attempts for an event has the event's
	// ID; later each posting has its own, see Of.
	Posting string `json:"posting"`
	Hook    string `json:"hook"`
	Event   string `json:"event"` // its ID
	Attempt int    `json:"attempt"`
}

// Delivered says that the hook took the event.
type Delivered struct {
	Posting string `json:"posting"`
	Hook    string `json:"hook"`
	Event   string `json:"event"`
	Attempt int    `json:"attempt"`
	Status  int    `json:"status"`
}

// Failed says that an attempt failed.
type Failed struct {
	Posting string `json:"posting"`
	Hook    string `json:"hook"`
	Event   string `json:"event"`
	Attempt int    `json:"attempt"`
	// Status is that of the answer, 0 where there was none, and Error says why it is
	// no good one.
	Status int    `json:"status,omitempty"`
	Error  string `json:"error"`
	// RetryAfter is how many seconds the hook asked us to wait.
	RetryAfter int `json:"retry_after,omitempty"`
}

// Abandoned says that the last attempt failed. The event is parked for people to see
// to.
type Abandoned struct {
	Posting string `json:"posting"`
	Hook    string `json:"hook"`
	Event   string `json:"event"`
	Attempt int    `json:"attempt"`
	Error   string `json:"error"`
}

// HookSuspected says that a hook may be no more: it failed to take an event for days.
type HookSuspected struct {
	Posting string `json:"posting"`
	Hook    string `json:"hook"`
}

func (Due) Type() string           { return "posting.due" }
func (Delivered) Type() string     { return "posting.delivered" }
func (Failed) Type() string        { return "posting.failed" }
func (Abandoned) Type() string     { return "posting.abandoned" }
func (HookSuspected) Type() string { return "posting.hook_suspected" }

func (e Due) Key() string           { return e.Posting }
func (e Delivered) Key() string     { return e.Posting }
func (e Failed) Key() string        { return e.Posting }
func (e Abandoned) Key() string     { return e.Posting }
func (e HookSuspected) Key() string { return e.Posting }

func (Due) posting()           {}
func (Delivered) posting()     {}
func (Failed) posting()        {}
func (Abandoned) posting()     {}
func (HookSuspected) posting() {}

// Of returns the ID of the posting of an event to a hook.
func Of(hook, event string) string { return hook + ":" + event }

// Catalogue returns all events of postings.
func Catalogue() flow.Catalogue {
	return flow.Join(flow.Events(Due{}, Failed{}, Abandoned{}, HookSuspected{}), flow.Final(Delivered{}))
}
