// Package credit has what happens to the credit accounts of consumers, and what
// can be asked of them. An account has the ID of its consumer.
package credit

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Event is what happens to an account. Its stream is the account's.
//
//sumtype:decl
type Event interface {
	flow.Event
	credit()
}

// AccountOpened says that a consumer got an account.
type AccountOpened struct {
	Account string      `json:"account"`
	Limit   money.Cents `json:"limit"`
}

// LimitSet says that an account has another limit.
type LimitSet struct {
	Account string      `json:"account"`
	Limit   money.Cents `json:"limit"`
	// Change is by how much the limit rose, negative if it fell.
	Change money.Cents `json:"change"`
}

// Reserved says that credit is set aside for an order, until it is released or
// captured.
type Reserved struct {
	Account string      `json:"account"`
	Order   string      `json:"order"`
	Amount  money.Cents `json:"amount"`
}

// LimitExceeded says that an order gets no credit.
type LimitExceeded struct {
	Account string `json:"account"`
	Order   string `json:"order"`
	// Short is how much credit is lacking; 0 if the account has too many orders
	// outstanding.
	Short money.Cents `json:"short"`
}

// Released says that a cancelled order holds no credit any more.
type Released struct {
	Account string `json:"account"`
	Order   string `json:"order"`
	// Amount is what it held; 0 if the cancellation overtook the reservation,
	// which then will not be made.
	Amount money.Cents `json:"amount"`
}

// Captured says that what was reserved for an order was spent.
type Captured struct {
	Account string      `json:"account"`
	Order   string      `json:"order"`
	Amount  money.Cents `json:"amount"`
}

// OrderClosed says that an account is done with a cancelled order to which it
// gave no credit, so that it need not remember it.
type OrderClosed struct {
	Account string `json:"account"`
	Order   string `json:"order"`
}

func (AccountOpened) Type() string { return "credit.account_opened" }
func (LimitSet) Type() string      { return "credit.limit_set" }
func (Reserved) Type() string      { return "credit.reserved" }
func (LimitExceeded) Type() string { return "credit.limit_exceeded" }
func (Released) Type() string      { return "credit.released" }
func (Captured) Type() string      { return "credit.captured" }
func (OrderClosed) Type() string   { return "credit.order_closed" }

func (e AccountOpened) Key() string { return e.Account }
func (e LimitSet) Key() string      { return e.Account }
func (e Reserved) Key() string      { return e.Account }
func (e LimitExceeded) Key() string { return e.Account }
func (e Released) Key() string      { return e.Account }
func (e Captured) Key() string      { return e.Account }
func (e OrderClosed) Key() string   { return e.Account }

// ByOrder returns the order.
func (e Reserved) ByOrder() string { return e.Order }

// ByOrder returns the order.
func (e LimitExceeded) ByOrder() string { return e.Order }

// ByOrder returns the order.
func (e Released) ByOrder() string { return e.Order }

// ByOrder returns the order.
func (e Captured) ByOrder() string { return e.Order }

// Ticket returns the ticket that is not wanted any more: it has the order's ID.
func (e Released) Ticket() string { return e.Order }

func (AccountOpened) credit() {}
func (LimitSet) credit()      {}
func (Reserved) credit()      {}
func (LimitExceeded) credit() {}
func (Released) credit()      {}
func (Captured) credit()      {}
func (OrderClosed) credit()   {}
