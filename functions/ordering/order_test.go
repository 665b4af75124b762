package ordering_test

import (
	"testing"
	"time"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/ordering"
)

const within = 2 * time.Hour

func menu() []order.Item {
	return []order.Item{{Name: "soup", Quantity: 2, Price: 450}, {Name: "bread", Quantity: 1, Price: 100}}
}

func created() order.Event {
	return order.Created{Order: "1", Consumer: "alice", Restaurant: "roma", Items: menu(), Total: 1000}
}

func approved() order.Event {
	return order.Approved{Order: "1", Consumer: "alice", Restaurant: "roma", Items: menu(), Total: 1000}
}

func completed() order.Event {
	return order.Completed{Order: "1", Consumer: "alice", Restaurant: "roma", Total: 1000}
}

func cancelled(reason order.Reason, detail string) order.Event {
	return order.Cancelled{Order: "1", Consumer: "alice", Restaurant: "roma", Total: 1000, Reason: reason, Detail: detail}
}

func refundDue() order.Event { return order.RefundDue{Order: "1", Charge: "ch_1", Amount: 1000} }

func TestPlaceOrder(t *testing.T) {
	t.Parallel()
	place := order.Place{Order: "1", Consumer: "alice", Restaurant: "roma", Items: menu()}
	flowtest.Decide(t, ordering.Place(within)).When(place).
		Then(created(), order.Overdue{Deadline: flow.After(within), Order: "1"})
	flowtest.Decide(t, ordering.Place(within)).Given(created()).When(place).ThenRefused("order_exists")
}

func TestCancelOrder(t *testing.T) {
	t.Parallel()
	cancel := func(given ...order.Event) *flowtest.Decision[ordering.Order, order.Cancel, order.Event] {
		return flowtest.Decide(t, ordering.Order.Cancel).Given(given...).When(order.Cancel{Order: "1"})
	}
	cancel(created()).Then(cancelled(order.ByConsumer, ""))
	cancel(created(), approved()).Then(cancelled(order.ByConsumer, ""))
	cancel().ThenRefused("unknown_order")
	cancel(created(), cancelled(order.NotAcceptedInTime, "")).ThenRefused("order_ended")
	cancel(created(), approved(), completed()).ThenRefused("order_ended")
}

func TestApproveOrder(t *testing.T) {
	t.Parallel()
	approve := func(given ...order.Event) *flowtest.Decision[ordering.Order, credit.Reserved, order.Event] {
		return flowtest.Decide(t, ordering.Order.OnCreditReserved).Given(given...).When(credit.Reserved{Order: "1"})
	}
	approve(created()).Then(approved())
	approve(created(), approved()).ThenNothing()
	approve(created(), cancelled(order.ByConsumer, "")).ThenNothing()
	approve().ThenNothing()
}

// Each way in which an order is cancelled without being asked: it is, if it is
// open, and else nothing happens.
func TestCancellations(t *testing.T) {
	t.Parallel()
	testCancellation(t, ordering.Order.OnLimitExceeded, credit.LimitExceeded{Order: "1", Short: 250}, order.CreditLimitExceeded, "2.50 short")
	testCancellation(t, ordering.Order.OnLimitExceeded, credit.LimitExceeded{Order: "1"}, order.CreditLimitExceeded, "too many orders are outstanding")
	testCancellation(t, ordering.Order.OnTicketRejected, ticket.Rejected{Ticket: "1", Reason: "no soup"}, order.RejectedByKitchen, "no soup")
	testCancellation(t, ordering.Order.OnTicketExpired, ticket.Expired{Ticket: "1"}, order.NotAcceptedInTime, "")
	testCancellation(t, ordering.Order.OnOverdue, order.Overdue{Order: "1"}, order.NotCompletedInTime, "")
	testCancellation(t, ordering.Order.OnPaymentFailed, payment.Failed{Payment: "1", Reason: "no money"}, order.PaymentFailed, "no money")
}

func testCancellation[In flow.Event](t *testing.T, decide func(ordering.Order, In) ([]order.Event, error), in In, reason order.Reason, detail string) {
	t.Helper()
	when := func(given ...order.Event) *flowtest.Decision[ordering.Order, In, order.Event] {
		return flowtest.Decide(t, decide).Given(given...).When(in)
	}
	when(created()).Then(cancelled(reason, detail))
	when(created(), approved()).Then(cancelled(reason, detail))
	when(created(), approved(), completed()).ThenNothing()
	when(created(), cancelled(order.ByConsumer, "")).ThenNothing()
	when().ThenNothing()
}

func TestCompleteOrder(t *testing.T) {
	t.Parallel()
	complete := func(given ...order.Event) *flowtest.Decision[ordering.Order, payment.Captured, order.Event] {
		return flowtest.Decide(t, ordering.Order.OnPaymentCaptured).Given(given...).
			When(payment.Captured{Payment: "1", Amount: 1000, Charge: "ch_1"})
	}
	complete(created(), approved()).Then(completed())
	complete(created(), approved(), completed()).ThenNothing()
	complete(created(), approved(), cancelled(order.NotCompletedInTime, "")).Then(refundDue())
	complete(created(), approved(), cancelled(order.NotCompletedInTime, ""), refundDue()).ThenNothing()
	complete(created(), approved(), order.Overdue{Order: "1"}).Then(completed())
}
