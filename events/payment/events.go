// Package payment has what happens to the payments of orders. A payment has the
// ID of its order.
package payment

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Event is what happens to a payment. Its stream is the payment's.
//
//sumtype:decl
type Event interface {
	flow.Event
	payment()
}

// Requested says that a delivered order is to be paid.
type Requested struct {
	Payment  string      `json:"payment"`
	Consumer string      `json:"consumer"`
	Amount   money.Cents `json:"amount"`
}

// Captured says that the payment provider has the money.
type Captured struct {
	Payment string      `json:"payment"`
	Amount  money.Cents `json:"amount"`
	// Charge is the provider's name for it.
	Charge string `json:"charge"`
}

// Failed says that the payment provider did not get the money.
type Failed struct {
	Payment string `json:"payment"`
	Reason  string `json:"reason"`
}

// Refunded says that the payment provider gave the money back.
type Refunded struct {
	Payment string      `json:"payment"`
	Amount  money.Cents `json:"amount"`
	// Refund is the provider's name for it.
	Refund string `json:"refund"`
}

func (Requested) Type() string { return "payment.requested" }
func (Captured) Type() string  { return "payment.captured" }
func (Failed) Type() string    { return "payment.failed" }
func (Refunded) Type() string  { return "payment.refunded" }

func (e Requested) Key() string { return e.Payment }
func (e Captured) Key() string  { return e.Payment }
func (e Failed) Key() string    { return e.Payment }
func (e Refunded) Key() string  { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Requested) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Captured) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Failed) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Refunded) Order() string { return e.Payment }

func (Requested) payment() {}
func (Captured) payment()  {}
func (Failed) payment()    {}
func (Refunded) payment()  {}
