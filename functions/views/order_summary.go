package views

import (
	"slices"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// A Summary tells all about one order: what it is, how far each service has come
// with it, and its history.
type Summary struct {
	Order      string       `json:"order"`
	Consumer   string       `json:"consumer"`
	Restaurant string       `json:"restaurant"`
	Items      []order.Item `json:"items"`
	Total      money.Cents  `json:"total"`
	// Status is pending, approved, completed or cancelled.
	Status string `json:"status"`
	// Reason and Detail are why it was cancelled.
	Reason order.Reason `json:"reason,omitempty"`
	Detail string       `json:"detail,omitempty"`
	// Credit is reserved, refused, released or captured.
	Credit string `json:"credit,omitempty"`
	// Ticket is waiting, accepted, ready, rejected, expired or cancelled.
	Ticket string `json:"ticket,omitempty"`
	// Delivery is scheduled, dispatched, picked up, delivered or cancelled.
	Delivery string `json:"delivery,omitempty"`
	// Payment is requested, captured, settled, failed, refund due, refunded,
	// bounced or disputed.
	Payment string `json:"payment,omitempty"`
	// History has the wire names of its events, in the order of the log.
	// Deadlines are not among them: they fall due long after most orders ended.
	History []string `json:"history"`
}

// OrderSummary returns the view "order-summary": a Summary for each order.
func OrderSummary() flow.Function {
	return flow.View("order-summary",
		summarise(order.Created.Key, Summary.created),
		summarise(order.Approved.Key, func(s Summary, _ order.Approved) Summary { s.Status = "approved"; return s }),
		summarise(order.Completed.Key, func(s Summary, _ order.Completed) Summary { s.Status = "completed"; return s }),
		summarise(order.Cancelled.Key, Summary.cancelled),
		summarise(order.RefundDue.Key, func(s Summary, _ order.RefundDue) Summary { s.Payment = "refund due"; return s }),

		summarise(credit.Reserved.ByOrder, func(s Summary, _ credit.Reserved) Summary { s.Credit = "reserved"; return s }),
		summarise(credit.LimitExceeded.ByOrder, func(s Summary, _ credit.LimitExceeded) Summary { s.Credit = "refused"; return s }),
		summarise(credit.Released.ByOrder, func(s Summary, _ credit.Released) Summary { s.Credit = "released"; return s }),
		summarise(credit.Captured.ByOrder, func(s Summary, _ credit.Captured) Summary { s.Credit = "captured"; return s }),

		summarise(ticket.Created.Order, func(s Summary, _ ticket.Created) Summary { s.Ticket = "waiting"; return s }),
		summarise(ticket.Accepted.Order, func(s Summary, _ ticket.Accepted) Summary { s.Ticket = "accepted"; return s }),
		summarise(ticket.Rejected.Order, func(s Summary, _ ticket.Rejected) Summary { s.Ticket = "rejected"; return s }),
		summarise(ticket.Expired.Order, func(s Summary, _ ticket.Expired) Summary { s.Ticket = "expired"; return s }),
		summarise(ticket.Ready.Order, func(s Summary, _ ticket.Ready) Summary { s.Ticket = "ready"; return s }),
		summarise(ticket.Cancelled.Order, Summary.ticketCancelled),

		summarise(restaurant.Notified.Order, func(s Summary, _ restaurant.Notified) Summary { return s }),
		summarise(restaurant.Declined.Order, func(s Summary, _ restaurant.Declined) Summary { return s }),

		summarise(delivery.Scheduled.Order, func(s Summary, _ delivery.Scheduled) Summary { s.Delivery = "scheduled"; return s }),
		summarise(delivery.Dispatched.Order, func(s Summary, _ delivery.Dispatched) Summary { s.Delivery = "dispatched"; return s }),
		summarise(delivery.PickedUp.Order, func(s Summary, _ delivery.PickedUp) Summary { s.Delivery = "picked up"; return s }),
		summarise(delivery.Delivered.Order, func(s Summary, _ delivery.Delivered) Summary { s.Delivery = "delivered"; return s }),
		summarise(delivery.Cancelled.Order, func(s Summary, _ delivery.Cancelled) Summary { s.Delivery = "cancelled"; return s }),

		summarise(payment.Requested.Order, func(s Summary, _ payment.Requested) Summary { s.Payment = "requested"; return s }),
		summarise(payment.Captured.Order, func(s Summary, _ payment.Captured) Summary { s.Payment = "captured"; return s }),
		summarise(payment.Failed.Order, func(s Summary, _ payment.Failed) Summary { s.Payment = "failed"; return s }),
		summarise(payment.Refunded.Order, func(s Summary, _ payment.Refunded) Summary { s.Payment = "refunded"; return s }),
		summarise(payment.Settled.Order, Summary.settled),
		summarise(payment.Bounced.Order, func(s Summary, _ payment.Bounced) Summary { s.Payment = "bounced"; return s }),
		summarise(payment.Disputed.Order, func(s Summary, _ payment.Disputed) Summary { s.Payment = "disputed"; return s }),
	)
}

// summarise projects an event into its order's summary, and notes it in the
// history.
func summarise[E flow.Event](key func(E) string, apply func(Summary, E) Summary) flow.Projector[Summary] {
	return flow.Project(key, func(s Summary, e E) Summary {
		s = apply(s, e)
		s.History = append(slices.Clip(s.History), e.Type())
		return s
	})
}

func (s Summary) created(e order.Created) Summary {
	s.Order, s.Consumer, s.Restaurant = e.Order, e.Consumer, e.Restaurant
	s.Items, s.Total, s.Status = e.Items, e.Total, "pending"
	return s
}

func (s Summary) cancelled(e order.Cancelled) Summary {
	s.Status, s.Reason, s.Detail = "cancelled", e.Reason, e.Detail
	return s
}

// settled leaves a payment's status where worse is known.
func (s Summary) settled(payment.Settled) Summary {
	if s.Payment == "requested" || s.Payment == "captured" {
		s.Payment = "settled"
	}
	return s
}

// ticketCancelled leaves the ticket's status empty where there was no ticket.
func (s Summary) ticketCancelled(e ticket.Cancelled) Summary {
	if e.Created {
		s.Ticket = "cancelled"
	}
	return s
}
