package views

import (
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow"
)

// A Turnover is what a restaurant has sold.
type Turnover struct {
	// Orders counts the completed orders.
	Orders int         `json:"orders"`
	Cents  money.Cents `json:"cents"`
}

// Revenue returns the tally "revenue": a Turnover for each restaurant.
func Revenue() flow.Function {
	return flow.Tally("revenue",
		flow.Project(order.Completed.ByRestaurant, func(t Turnover, e order.Completed) Turnover {
			return Turnover{Orders: t.Orders + 1, Cents: t.Cents + e.Total}
		}))
}
