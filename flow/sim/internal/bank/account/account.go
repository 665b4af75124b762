// Package account holds what happens to accounts.
package account

import "github.com/onevent/onevent/flow"

// An Event is what happens to an account.
//
//sumtype:decl
type Event interface {
	flow.Event
	account()
}

// Opened says that an account was opened, with money on it.
type Opened struct {
	Account string `json:"account"`
	Amount  int    `json:"amount"`
}

// Debited says that a transfer took money.
type Debited struct {
	Account  string `json:"account"`
	Transfer string `json:"transfer"`
	To       string `json:"to"`
	Amount   int    `json:"amount"`
}

// Refused says that there was not enough money for a transfer.
type Refused struct {
	Account  string `json:"account"`
	Transfer string `json:"transfer"`
}

// Credited says that a transfer brought money.
type Credited struct {
	Account  string `json:"account"`
	Transfer string `json:"transfer"`
	Amount   int    `json:"amount"`
}

// Type returns the wire name.
func (Opened) Type() string   { return "account.opened" }
func (Debited) Type() string  { return "account.debited" }
func (Refused) Type() string  { return "account.refused" }
func (Credited) Type() string { return "account.credited" }

// Key returns the account.
func (e Opened) Key() string   { return e.Account }
func (e Debited) Key() string  { return e.Account }
func (e Refused) Key() string  { return e.Account }
func (e Credited) Key() string { return e.Account }

// ByTransfer returns the transfer.
func (e Refused) ByTransfer() string { return e.Transfer }

// ByTransfer returns the transfer.
func (e Credited) ByTransfer() string { return e.Transfer }

// Receiver returns the account that gets the money.
func (e Debited) Receiver() string { return e.To }

func (Opened) account()   {}
func (Debited) account()  {}
func (Refused) account()  {}
func (Credited) account() {}

// Open asks to open an account.
type Open struct {
	Account string `json:"account"`
	Amount  int    `json:"amount"`
}

// Type returns the wire name.
func (Open) Type() string { return "account.open" }

// Key returns the account.
func (c Open) Key() string { return c.Account }
