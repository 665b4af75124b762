package delivering

import (
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/flow"
)

// PickUp hands the food to the courier.
func (d Delivery) PickUp(c delivery.PickUp) ([]delivery.Event, error) {
	switch d.Status {
	case Dispatched:
		return []delivery.Event{delivery.PickedUp{Delivery: d.ID}}, nil
	case "", Scheduled, PickedUp, Delivered, Cancelled:
	}
	return nil, d.refuse("not_dispatched", c.Delivery)
}

// Deliver hands the food to the consumer.
func (d Delivery) Deliver(c delivery.Deliver) ([]delivery.Event, error) {
	switch d.Status {
	case PickedUp:
		return []delivery.Event{delivery.Delivered{Delivery: d.ID, Consumer: d.Consumer, Total: d.Total}}, nil
	case "", Scheduled, Dispatched, Delivered, Cancelled:
	}
	return nil, d.refuse("not_picked_up", c.Delivery)
}

func (d Delivery) refuse(code, id string) error {
	if d.Status == "" {
		return flow.Refuse("unknown_delivery", "there is no delivery %s", id)
	}
	return flow.Refuse("delivery_"+code, "delivery %s is %s", id, d.Status)
}
