package views

import (
	"maps"

	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow"
)

// Orders sums up what a consumer has ordered. All orders of a consumer, with
// their status, are a query of "order-summary" for {"consumer": …}.
type Orders struct {
	Placed    int `json:"placed"`
	Completed int `json:"completed"`
	Cancelled int `json:"cancelled"`
	// Spent is what the completed orders cost.
	Spent money.Cents `json:"spent"`
	// Open has the orders that have not ended, and what they cost.
	Open map[string]money.Cents `json:"open"`
	// Ended has orders whose end was heard of before their beginning. It is
	// empty once all events have come.
	Ended map[string]bool `json:"ended,omitempty"`
}

// ConsumerOrders returns the tally "consumer-orders": Orders for each consumer.
func ConsumerOrders() flow.Function {
	return flow.Tally("consumer-orders",
		flow.Project(order.Created.ByConsumer, Orders.created),
		flow.Project(order.Completed.ByConsumer, Orders.completed),
		flow.Project(order.Cancelled.ByConsumer, Orders.cancelled),
	)
}

func (o Orders) created(e order.Created) Orders {
	o.Placed++
	o.Open, o.Ended = clone(o.Open), clone(o.Ended)
	if o.Ended[e.Order] {
		delete(o.Ended, e.Order)
	} else {
		o.Open[e.Order] = e.Total
	}
	return o
}

func (o Orders) completed(e order.Completed) Orders {
	o.Completed++
	o.Spent += e.Total
	return o.end(e.Order)
}

func (o Orders) cancelled(e order.Cancelled) Orders {
	o.Cancelled++
	return o.end(e.Order)
}

// end takes an order that has ended from those that are open, or remembers its
// end until it is.
func (o Orders) end(id string) Orders {
	o.Open, o.Ended = clone(o.Open), clone(o.Ended)
	if _, open := o.Open[id]; open {
		delete(o.Open, id)
	} else {
		o.Ended[id] = true
	}
	return o
}

// clone returns a copy of a map that can be written to.
func clone[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}
