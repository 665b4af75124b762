// Package letter holds what happens to letters.
package letter

import "github.com/onevent/onevent/flow"

// An Event is what happens to a letter.
//
//sumtype:decl
type Event interface {
	flow.Event
	letter()
}

// Sent says that a letter was sent because of a transfer.
type Sent struct {
	Letter string `json:"letter"`
	Stamp  string `json:"stamp"`
}

// Type returns the wire name.
func (Sent) Type() string { return "letter.sent" }

// Key returns the transfer that the letter tells of.
func (e Sent) Key() string { return e.Letter }

func (Sent) letter() {}
