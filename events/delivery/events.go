// Package delivery has what happens to deliveries, and what can be asked of
// them. A delivery has the ID of its order.
package delivery

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// An Event is what happens to a delivery. Its stream is the delivery's.
//
//sumtype:decl
type Event interface {
	flow.Event
	delivery()
}

// Scheduled says that a courier will be needed.
type Scheduled struct {
	Delivery   string      `json:"delivery"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
}

// Dispatched says that a courier is on the way to the restaurant.
type Dispatched struct {
	Delivery   string      `json:"delivery"`
	Consumer   string      `json:"consumer"`
	Restaurant string      `json:"restaurant"`
	Total      money.Cents `json:"total"`
}

// PickedUp says that the courier has the food.
type PickedUp struct {
	Delivery string `json:"delivery"`
}

// Delivered says that the consumer has the food, and what is to be paid for it.
type Delivered struct {
	Delivery string      `json:"delivery"`
	Consumer string      `json:"consumer"`
	Total    money.Cents `json:"total"`
}

// Cancelled says that the food will not be delivered.
type Cancelled struct {
	Delivery string `json:"delivery"`
}

func (Scheduled) Type() string  { return "delivery.scheduled" }
func (Dispatched) Type() string { return "delivery.dispatched" }
func (PickedUp) Type() string   { return "delivery.picked_up" }
func (Delivered) Type() string  { return "delivery.delivered" }
func (Cancelled) Type() string  { return "delivery.cancelled" }

func (e Scheduled) Key() string  { return e.Delivery }
func (e Dispatched) Key() string { return e.Delivery }
func (e PickedUp) Key() string   { return e.Delivery }
func (e Delivered) Key() string  { return e.Delivery }
func (e Cancelled) Key() string  { return e.Delivery }

// Order returns the order, whose ID the delivery has.
func (e Scheduled) Order() string { return e.Delivery }

// Order returns the order, whose ID the delivery has.
func (e Dispatched) Order() string { return e.Delivery }

// Order returns the order, whose ID the delivery has.
func (e PickedUp) Order() string { return e.Delivery }

// Order returns the order, whose ID the delivery has.
func (e Delivered) Order() string { return e.Delivery }

// Order returns the order, whose ID the delivery has.
func (e Cancelled) Order() string { return e.Delivery }

// Ticket returns the ticket for what is delivered: it has the delivery's ID.
func (e PickedUp) Ticket() string { return e.Delivery }

// Payment returns the payment that is due: it has the delivery's ID.
func (e Delivered) Payment() string { return e.Delivery }

func (Scheduled) delivery()  {}
func (Dispatched) delivery() {}
func (PickedUp) delivery()   {}
func (Delivered) delivery()  {}
func (Cancelled) delivery()  {}
