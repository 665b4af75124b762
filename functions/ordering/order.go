package ordering

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
)

// A Status is how far an order has come.
type Status string

// An order is Pending until it has credit, Approved until it ends, and ends
// Completed or Cancelled. Before it is placed it has no status.
const (
	Pending   Status = "pending"
	Approved  Status = "approved"
	Completed Status = "completed"
	Cancelled Status = "cancelled"
)

// An Order is the state of an order.
type Order struct {
	ID         string       `json:"id"`
	Consumer   string       `json:"consumer"`
	Restaurant string       `json:"restaurant"`
	Items      []order.Item `json:"items"`
	Total      money.Cents  `json:"total"`
	Status     Status       `json:"status"`
	// RefundDue is set when a payment came after the order was cancelled.
	RefundDue bool `json:"refund_due,omitempty"`
}

// Open says whether the order was placed and has not ended.
func (o Order) Open() bool { return o.Status == Pending || o.Status == Approved }

// Evolve returns the order after an event.
func (o Order) Evolve(e order.Event) Order {
	switch e := e.(type) {
	case order.Created:
		return Order{
			ID: e.Order, Consumer: e.Consumer, Restaurant: e.Restaurant,
			Items: e.Items, Total: e.Total, Status: Pending,
		}
	case order.Overdue:
	case order.Approved:
		o.Status = Approved
	case order.Completed:
		o.Status = Completed
	case order.Cancelled:
		o.Status = Cancelled
	case order.RefundDue:
		o.RefundDue = true
	}
	return o
}

// cancel cancels an order that is open, and leaves any other as it is.
func (o Order) cancel(reason order.Reason, detail string) ([]order.Event, error) {
	if !o.Open() {
		return nil, nil
	}
	return []order.Event{order.Cancelled{
		Order: o.ID, Consumer: o.Consumer, Restaurant: o.Restaurant, Total: o.Total, Reason: reason, Detail: detail,
	}}, nil
}
