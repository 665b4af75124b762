package accounting

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
)

// OnOrderCancelled releases what is reserved for an order. If the cancellation
// came before the order did, it releases nothing, and remembers that.
func (a Account) OnOrderCancelled(e order.Cancelled) ([]credit.Event, error) {
	id := e.Account()
	switch {
	case a.Refused[e.Order]:
		return []credit.Event{credit.OrderClosed{Account: id, Order: e.Order}}, nil
	case a.Overtaken[e.Order]:
		return nil, nil
	}
	return []credit.Event{credit.Released{Account: id, Order: e.Order, Amount: a.Reservations[e.Order]}}, nil
}
