package accounting

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
)

// OnOrderCreated reserves credit for an order, if there is enough of it, and if
// the order's cancellation has not come before it.
func (a Account) OnOrderCreated(e order.Created) ([]credit.Event, error) {
	id := e.Account()
	_, reserved := a.Reservations[e.Order]
	switch {
	case a.Overtaken[e.Order]:
		return []credit.Event{credit.OrderClosed{Account: id, Order: e.Order}}, nil
	case reserved || a.Refused[e.Order]:
		return nil, nil
	case a.Available() < e.Total || len(a.Reservations) >= MaxOutstanding:
		short := max(0, e.Total-a.Available())
		return []credit.Event{credit.LimitExceeded{Account: id, Order: e.Order, Short: short}}, nil
	}
	return []credit.Event{credit.Reserved{Account: id, Order: e.Order, Amount: e.Total}}, nil
}
