package ordering

import (
	"time"

	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow"
)

// Place returns the function that places an order, which must not exist, and
// sets the deadline by which it must have ended.
func Place(completeWithin time.Duration) func(Order, order.Place) ([]order.Event, error) {
	return func(o Order, c order.Place) ([]order.Event, error) {
		if o.Status != "" {
			return nil, flow.Refuse("order_exists", "there is an order %s already", c.Order)
		}
		return []order.Event{
			order.Created{
				Order: c.Order, Consumer: c.Consumer, Restaurant: c.Restaurant,
				Items: c.Items, Total: order.Total(c.Items),
			},
			order.Overdue{Deadline: flow.After(completeWithin), Order: c.Order},
		}, nil
	}
}

// Cancel cancels an order for its consumer, unless it has ended.
func (o Order) Cancel(c order.Cancel) ([]order.Event, error) {
	switch {
	case o.Status == "":
		return nil, flow.Refuse("unknown_order", "there is no order %s", c.Order)
	case !o.Open():
		return nil, flow.Refuse("order_ended", "order %s is %s", c.Order, o.Status)
	}
	return o.cancel(order.ByConsumer, "")
}
