// Package views has the read models. They tap events, which are no less handled
// for it.
//
// A view has one document for each order or ticket; those of a restaurant or
// consumer are found by a query, as in {"restaurant": "7"}. What sums up over an
// unlimited number of orders is a tally.
package views

import "github.com/onevent/onevent/flow"

// Functions returns all views.
func Functions() []flow.Function {
	return []flow.Function{
		OrderSummary(),
		KitchenBoard(),
		Accounts(),
		ConsumerOrders(),
		Revenue(),
		Incidents(),
	}
}
