// Package ordering decides what becomes of orders.
package ordering

import (
	"time"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// Functions returns what ordering does. An order that has not ended completeWithin
// after it was placed is cancelled.
func Functions(completeWithin time.Duration) []flow.Function {
	return []flow.Function{
		flow.Command("place-order", Place(completeWithin)).
			Emits(order.Created{}, order.Overdue{}),
		flow.Command("cancel-order", Order.Cancel).
			Emits(order.Cancelled{}),
		flow.On("approve-order", credit.Reserved.ByOrder, Order.OnCreditReserved).
			Emits(order.Approved{}),
		flow.On("refuse-order", credit.LimitExceeded.ByOrder, Order.OnLimitExceeded).
			Emits(order.Cancelled{}),
		flow.On("cancel-rejected-order", ticket.Rejected.Order, Order.OnTicketRejected).
			Emits(order.Cancelled{}),
		flow.On("cancel-expired-order", ticket.Expired.Order, Order.OnTicketExpired).
			Emits(order.Cancelled{}),
		flow.On("cancel-overdue-order", order.Overdue.Key, Order.OnOverdue).
			Emits(order.Cancelled{}),
		flow.On("cancel-unpaid-order", payment.Failed.Order, Order.OnPaymentFailed).
			Emits(order.Cancelled{}),
		flow.On("complete-order", payment.Captured.Order, Order.OnPaymentCaptured).
			Emits(order.Completed{}, order.RefundDue{}),
	}
}
