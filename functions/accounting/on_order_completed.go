package accounting

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
)

// OnOrderCompleted spends what is reserved for an order.
func (a Account) OnOrderCompleted(e order.Completed) ([]credit.Event, error) {
	amount, ok := a.Reservations[e.Order]
	if !ok {
		return nil, nil
	}
	return []credit.Event{credit.Captured{Account: e.Account(), Order: e.Order, Amount: amount}}, nil
}
