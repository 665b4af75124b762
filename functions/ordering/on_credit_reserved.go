package ordering

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
)

// OnCreditReserved approves the order, unless it was cancelled meanwhile: then
// the cancellation releases the credit.
func (o Order) OnCreditReserved(credit.Reserved) ([]order.Event, error) {
	if o.Status != Pending {
		return nil, nil
	}
	return []order.Event{order.Approved{
		Order: o.ID, Consumer: o.Consumer, Restaurant: o.Restaurant, Items: o.Items, Total: o.Total,
	}}, nil
}
