// Package order has what happens to orders, and what can be asked of them.
package order

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Event is what happens to an order. Its stream is the order's.
//
//sumtype:decl
type Event interface {
	flow.Event
	order()
}

// An Item is one line of an order.
type Item struct {
	Name     string `json:"name"`
	Quantity int    `json:"quantity"`
	// Price is for one piece.
	Price money.Cents `json:"price"`
}

// Total returns what items cost together.
func Total(items []Item) money.Cents {
	var total money.Cents
	for _, item := range items {
		total += money.Cents(item.Quantity) * item.Price
	}
	return total
}

// Created says that a consumer placed an order. It waits for credit.
type Created struct {
	Order      string      `json:"order"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Items      []Item      `json:"items"`
	Total      money.Cents `json:"total"`
}

// Overdue falls due when an order should have ended.
type Overdue struct {
	flow.Deadline
	Order string `json:"order"`
}

// Approved says that an order has its credit. The kitchen takes it from here.
type Approved struct {
	Order      string      `json:"order"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Items      []Item      `json:"items"`
	Total      money.Cents `json:"total"`
}

// Completed says that an order was delivered and paid: its good end.
type Completed struct {
	Order      string      `json:"order"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
}

// Cancelled says that an order will not be completed: its other end. What was
// reserved, cooked or sent for it is undone.
type Cancelled struct {
	Order      string      `json:"order"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
	Reason     Reason      `json:"reason"`
	// Detail is what whoever caused it had to say, if anything.
	Detail string `json:"detail,omitempty"`
}

// A Reason is why an order was cancelled.
type Reason string

// The reasons.
const (
	ByConsumer          Reason = "by consumer"
	CreditLimitExceeded Reason = "credit limit exceeded" //nolint:gosec // no credential
	RejectedByKitchen   Reason = "rejected by the restaurant"
	NotAcceptedInTime   Reason = "not accepted in time"
	NotCompletedInTime  Reason = "not completed in time"
	PaymentFailed       Reason = "payment failed"
)

// RefundDue says that a payment was captured for an order that had been
// cancelled meanwhile. It is no end: the order ended before.
type RefundDue struct {
	Order  string      `json:"order"`
	Charge string      `json:"charge"`
	Amount money.Cents `json:"amount"`
}

func (Created) Type() string   { return "order.created" }
func (Overdue) Type() string   { return "order.overdue" }
func (Approved) Type() string  { return "order.approved" }
func (Completed) Type() string { return "order.completed" }
func (Cancelled) Type() string { return "order.cancelled" }
func (RefundDue) Type() string { return "order.refund_due" }

func (e Created) Key() string   { return e.Order }
func (e Overdue) Key() string   { return e.Order }
func (e Approved) Key() string  { return e.Order }
func (e Completed) Key() string { return e.Order }
func (e Cancelled) Key() string { return e.Order }
func (e RefundDue) Key() string { return e.Order }

// Account returns the account that is to pay: the consumer's.
func (e Created) Account() string { return e.Consumer }

// Account returns the account that paid: the consumer's.
func (e Completed) Account() string { return e.Consumer }

// Account returns the account that need not pay: the consumer's.
func (e Cancelled) Account() string { return e.Consumer }

// Ticket returns the ticket that the kitchen is to get: it has the order's ID.
func (e Approved) Ticket() string { return e.Order }

// Payment returns the payment that is to be given back: it has the order's ID.
func (e RefundDue) Payment() string { return e.Order }

// ByConsumer returns the consumer.
func (e Created) ByConsumer() string { return e.Consumer }

// ByConsumer returns the consumer.
func (e Completed) ByConsumer() string { return e.Consumer }

// ByConsumer returns the consumer.
func (e Cancelled) ByConsumer() string { return e.Consumer }

// ByRestaurant returns the restaurant.
func (e Completed) ByRestaurant() string { return e.Restaurant }

func (Created) order()   {}
func (Overdue) order()   {}
func (Approved) order()  {}
func (Completed) order() {}
func (Cancelled) order() {}
func (RefundDue) order() {}
