package ordering

import "github.com/onevent/onevent/events/order"

// OnOverdue cancels an order that has not ended in time. So every order ends,
// whatever became of its events.
func (o Order) OnOverdue(order.Overdue) ([]order.Event, error) {
	return o.cancel(order.NotCompletedInTime, "")
}
