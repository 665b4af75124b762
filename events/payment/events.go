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

// Settled says that the money of a charge is on our account.
type Settled struct {
	Payment string      `json:"payment"`
	Amount  money.Cents `json:"amount"`
	Charge  string      `json:"charge"`
}

// Bounced says that the money of a charge is gone again: the bank took it back.
type Bounced struct {
	Payment string      `json:"payment"`
	Amount  money.Cents `json:"amount"`
	Reason  string      `json:"reason"`
}

// Disputed says that the consumer wants the money of a charge back, through the
// bank. Until somebody answers the bank, it may be lost.
type Disputed struct {
	Payment string      `json:"payment"`
	Amount  money.Cents `json:"amount"`
	Reason  string      `json:"reason"`
}

func (Requested) Type() string { return "payment.requested" }
func (Captured) Type() string  { return "payment.captured" }
func (Failed) Type() string    { return "payment.failed" }
func (Refunded) Type() string  { return "payment.refunded" }
func (Settled) Type() string   { return "payment.settled" }
func (Bounced) Type() string   { return "payment.bounced" }
func (Disputed) Type() string  { return "payment.disputed" }

func (e Requested) Key() string { return e.Payment }
func (e Captured) Key() string  { return e.Payment }
func (e Failed) Key() string    { return e.Payment }
func (e Refunded) Key() string  { return e.Payment }
func (e Settled) Key() string   { return e.Payment }
func (e Bounced) Key() string   { return e.Payment }
func (e Disputed) Key() string  { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Requested) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Captured) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Failed) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Refunded) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Settled) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Bounced) Order() string { return e.Payment }

// Order returns the order, whose ID the payment has.
func (e Disputed) Order() string { return e.Payment }

func (Requested) payment() {}
func (Captured) payment()  {}
func (Failed) payment()    {}
func (Refunded) payment()  {}
func (Settled) payment()   {}
func (Bounced) payment()   {}
func (Disputed) payment()  {}
