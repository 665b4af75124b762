// Package events says what can happen: every event of the application, once.
// Each namespace has its own package, of plain data.
//
// An event has methods that name what it concerns. Key names its own stream.
// Account, Order, Ticket, Delivery and Payment name another stream, which has the
// same ID or that of the consumer. A method that only returns a field begins with
// By.
package events

import (
	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/function"
)

// Catalogue returns all events: those to which one function each reacts, and
// those that end a flow.
func Catalogue() flow.Catalogue {
	return flow.Join(
		flow.Events(
			consumer.Registered{},
			order.Created{}, order.Overdue{}, order.Approved{}, order.Completed{}, order.Cancelled{}, order.RefundDue{},
			credit.Reserved{}, credit.LimitExceeded{}, credit.Released{},
			ticket.Created{}, ticket.AcceptanceDue{}, ticket.Accepted{}, ticket.Rejected{}, ticket.Expired{},
			ticket.Ready{}, ticket.Cancelled{},
			ticket.AcceptanceReported{}, ticket.RejectionReported{}, ticket.ReadinessReported{},
			restaurant.Declined{},
			delivery.Delivered{},
			payment.Requested{}, payment.Captured{}, payment.Failed{}, payment.Bounced{}, payment.Disputed{},
			payment.SettlementReported{}, payment.FailureReported{}, payment.DisputeReported{},
			function.Failed{}, function.Recovered{}, flow.Stalled{},
		),
		flow.Final(
			credit.AccountOpened{}, credit.LimitSet{}, credit.Captured{}, credit.OrderClosed{},
			restaurant.Notified{},
			delivery.Scheduled{}, delivery.Dispatched{}, delivery.PickedUp{}, delivery.Cancelled{},
			payment.Refunded{}, payment.Settled{},
			incident.Opened{}, incident.Closed{}, incident.Noted{}, incident.Raised{},
		),
	)
}

// Offered returns the events that somebody outside may ask for: what has become of
// an order. What services tell each other, what providers told, and what operators
// see stays inside.
func Offered() flow.Catalogue {
	return flow.Events(
		order.Created{}, order.Approved{}, order.Completed{}, order.Cancelled{},
		ticket.Accepted{}, ticket.Rejected{}, ticket.Ready{},
		delivery.Scheduled{}, delivery.PickedUp{}, delivery.Delivered{}, delivery.Cancelled{},
		payment.Captured{}, payment.Failed{}, payment.Refunded{},
	)
}
