// Package accounting decides how much a consumer may owe.
package accounting

import (
	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow"
)

// Functions returns what accounting does.
func Functions() []flow.Function {
	return []flow.Function{
		flow.Command("set-credit-limit", Account.SetLimit).
			Emits(credit.LimitSet{}),
		flow.On("open-account", consumer.Registered.Account, Account.OnConsumerRegistered).
			Emits(credit.AccountOpened{}),
		flow.On("reserve-credit", order.Created.Account, Account.OnOrderCreated).
			Emits(credit.Reserved{}, credit.LimitExceeded{}, credit.OrderClosed{}),
		flow.On("release-credit", order.Cancelled.Account, Account.OnOrderCancelled).
			Emits(credit.Released{}, credit.OrderClosed{}),
		flow.On("capture-credit", order.Completed.Account, Account.OnOrderCompleted).
			Emits(credit.Captured{}),
	}
}
