// Package consumer has what happens to the people who order, and what can be
// asked of them.
package consumer

import "github.com/onevent/onevent/flow"

// An Event is what happens to a consumer. Its stream is the consumer's.
//
//sumtype:decl
type Event interface {
	flow.Event
	consumer()
}

// Registered says that somebody became a consumer.
type Registered struct {
	Consumer string `json:"consumer"`
	Name     string `json:"name"`
}

func (Registered) Type() string  { return "consumer.registered" }
func (e Registered) Key() string { return e.Consumer }

// Account returns the account that the consumer gets: it has the same ID.
func (e Registered) Account() string { return e.Consumer }

func (Registered) consumer() {}
