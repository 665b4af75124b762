package ordering

import (
	"fmt"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
)

// OnLimitExceeded cancels an order that got no credit.
func (o Order) OnLimitExceeded(e credit.LimitExceeded) ([]order.Event, error) {
	detail := "too many orders are outstanding"
	if e.Short > 0 {
		detail = fmt.Sprintf("%v short", e.Short)
	}
	return o.cancel(order.CreditLimitExceeded, detail)
}
