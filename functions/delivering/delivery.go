package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/money"
)

// A Status is how far a delivery has come.
type Status string

// A delivery is Scheduled, Dispatched, PickedUp and Delivered, in this order; it
// may begin Dispatched, and be Cancelled any time before it is Delivered, also
// before it begins.
const (
	Scheduled  Status = "scheduled"
	Dispatched Status = "dispatched"
	PickedUp   Status = "picked up"
	Delivered  Status = "delivered"
	Cancelled  Status = "cancelled"
)

// A Delivery is the state of a delivery.
type Delivery struct {
	ID       string      `json:"id"`
	Consumer string      `json:"consumer"`
	Total    money.Cents `json:"total"`
	Status   Status      `json:"status"`
}

// Evolve returns the delivery after an event.
func (d Delivery) Evolve(e delivery.Event) Delivery {
	switch e := e.(type) {
	case delivery.Scheduled:
		return Delivery{ID: e.Delivery, Consumer: e.Consumer, Total: e.Total, Status: Scheduled}
	case delivery.Dispatched:
		return Delivery{ID: e.Delivery, Consumer: e.Consumer, Total: e.Total, Status: Dispatched}
	case delivery.PickedUp:
		d.Status = PickedUp
	case delivery.Delivered:
		d.Status = Delivered
	case delivery.Cancelled:
		d.ID, d.Status = e.Delivery, Cancelled
	}
	return d
}
