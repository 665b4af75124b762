// Package hook has the hooks: URLs outside to which events of some types are posted.
// A hook is an aggregate; its log holds no secret, only the number of its generation.
package hook

import "github.com/onevent/onevent/flow"

// An Event is what happens to a hook. Its stream is the hook's.
//
//sumtype:decl
type Event interface {
	flow.Event
	hook()
}

// Registered says that there is a hook.
type Registered struct {
	Hook  string   `json:"hook"`
	URL   string   `json:"url"`
	Types []string `json:"types"`
}

// Subscribed says that events of a type are posted to a hook from now on.
type Subscribed struct {
	Hook  string `json:"hook"`
	Event string `json:"event"` // its wire name
}

// Unsubscribed says that events of a type are posted to a hook no more.
type Unsubscribed struct {
	Hook  string `json:"hook"`
	Event string `json:"event"`
}

// Rotated says that a hook has a new secret: that of the next generation.
type Rotated struct {
	Hook       string `json:"hook"`
	Generation int    `json:"generation"`
	// Now says that the old one signs no more.
	Now bool `json:"now,omitempty"`
}

// RotationEnded falls due when the secret before a generation's signs no more.
type RotationEnded struct {
	flow.Deadline
	Hook       string `json:"hook"`
	Generation int    `json:"generation"`
}

// Disabled says that nothing is posted to a hook any more, and why.
type Disabled struct {
	Hook   string `json:"hook"`
	Reason string `json:"reason,omitempty"`
}

// Enabled says that events are posted to a hook again.
type Enabled struct {
	Hook string `json:"hook"`
}

// PingRequested says that somebody wants a test message to be sent.
type PingRequested struct {
	Hook string `json:"hook"`
	Ping int    `json:"ping"`
}

// Pinged says what became of a test message: Status is that of the answer, 0 where
// there was none, Error why it is no good one.
type Pinged struct {
	Hook   string `json:"hook"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
}

// Unreachable says that something could not be posted for days, and that the hook
// did not take a test message after that either.
type Unreachable struct {
	Hook  string `json:"hook"`
	Error string `json:"error"`
}

func (Registered) Type() string    { return "hook.registered" }
func (Subscribed) Type() string    { return "hook.subscribed" }
func (Unsubscribed) Type() string  { return "hook.unsubscribed" }
func (Rotated) Type() string       { return "hook.rotated" }
func (RotationEnded) Type() string { return "hook.rotation_ended" }
func (Disabled) Type() string      { return "hook.disabled" }
func (Enabled) Type() string       { return "hook.enabled" }
func (PingRequested) Type() string { return "hook.ping_requested" }
func (Pinged) Type() string        { return "hook.pinged" }
func (Unreachable) Type() string   { return "hook.unreachable" }

func (e Registered) Key() string    { return e.Hook }
func (e Subscribed) Key() string    { return e.Hook }
func (e Unsubscribed) Key() string  { return e.Hook }
func (e Rotated) Key() string       { return e.Hook }
func (e RotationEnded) Key() string { return e.Hook }
func (e Disabled) Key() string      { return e.Hook }
func (e Enabled) Key() string       { return e.Hook }
func (e PingRequested) Key() string { return e.Hook }
func (e Pinged) Key() string        { return e.Hook }
func (e Unreachable) Key() string   { return e.Hook }

// ByEvent returns the wire name of the events that are meant.
func (e Subscribed) ByEvent() string { return e.Event }

// ByEvent returns the wire name of the events that are meant.
func (e Unsubscribed) ByEvent() string { return e.Event }

func (Registered) hook()    {}
func (Subscribed) hook()    {}
func (Unsubscribed) hook()  {}
func (Rotated) hook()       {}
func (RotationEnded) hook() {}
func (Disabled) hook()      {}
func (Enabled) hook()       {}
func (PingRequested) hook() {}
func (Pinged) hook()        {}
func (Unreachable) hook()   {}

// Catalogue returns all events of hooks.
func Catalogue() flow.Catalogue {
	return flow.Join(
		flow.Events(PingRequested{}, Unreachable{}),
		flow.Final(
			Registered{}, Subscribed{}, Unsubscribed{}, Rotated{}, RotationEnded{}, Disabled{}, Enabled{}, Pinged{},
		),
	)
}
