// Package transfer holds what happens to transfers.
package transfer

import "github.com/onevent/onevent/flow"

// An Event is what happens to a transfer.
//
//sumtype:decl
type Event interface {
	flow.Event
	transfer()
}

// Requested says that somebody wants to move money.
type Requested struct {
	Transfer string `json:"transfer"`
	From     string `json:"from"`
	To       string `json:"to"`
	Amount   int    `json:"amount"`
}

// Due falls due some time after a transfer was requested.
type Due struct {
	flow.Deadline
	Transfer string `json:"transfer"`
}

// Completed says that the money has come.
type Completed struct {
	Transfer string `json:"transfer"`
	To       string `json:"to"`
}

// Rejected says that the money stays where it is.
type Rejected struct {
	Transfer string `json:"transfer"`
}

// Late says that a transfer had not ended when it was due.
type Late struct {
	Transfer string `json:"transfer"`
}

// Type returns the wire name.
func (Requested) Type() string { return "transfer.requested" }
func (Due) Type() string       { return "transfer.due" }
func (Completed) Type() string { return "transfer.completed" }
func (Rejected) Type() string  { return "transfer.rejected" }
func (Late) Type() string      { return "transfer.late" }

// Key returns the transfer.
func (e Requested) Key() string { return e.Transfer }
func (e Due) Key() string       { return e.Transfer }
func (e Completed) Key() string { return e.Transfer }
func (e Rejected) Key() string  { return e.Transfer }
func (e Late) Key() string      { return e.Transfer }

// Sender returns the account that the money leaves.
func (e Requested) Sender() string { return e.From }

func (Requested) transfer() {}
func (Due) transfer()       {}
func (Completed) transfer() {}
func (Rejected) transfer()  {}
func (Late) transfer()      {}

// Request asks to move money.
type Request struct {
	Transfer string `json:"transfer"`
	From     string `json:"from"`
	To       string `json:"to"`
	Amount   int    `json:"amount"`
}

// Type returns the wire name.
func (Request) Type() string { return "transfer.request" }

// Key returns the transfer.
func (c Request) Key() string { return c.Transfer }
