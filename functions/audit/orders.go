package audit

import (
	"fmt"
	"maps"
	"slices"

	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
)

// A tale is what is known of one order.
type tale struct {
	created   bool
	total     money.Cents
	completed bool
	cancelled bool
	// reserved, released and captured are of the consumer's credit.
	reserved, released, captured money.Cents
	closed                       bool // credit was released, or captured
	// paid and refunded are what the payment provider moved.
	paid, refunded money.Cents
	// settled is what it says is on our account, bounced what it took back.
	settled, bounced money.Cents
	// cooking and riding are set while a kitchen or a courier is at work.
	cooking, riding bool
	// unwanted is set when the ticket was cancelled, be there one or not.
	unwanted bool
}

func (t *tale) ended() bool { return t.completed || t.cancelled }

// outstanding is the credit that the order still holds.
func (t *tale) outstanding() money.Cents { return t.reserved - t.released - t.captured }

// tale returns what is known of an order, and reports one that nobody placed.
func (a *Auditor) tale(id string) *tale {
	t, ok := a.tales[id]
	if !ok {
		t = &tale{}
		a.tales[id] = t
		a.violation("order %s was never created", id)
	}
	return t
}

func (a *Auditor) orderCreated(e order.Created) {
	if _, ok := a.tales[e.Order]; ok {
		a.violation("order %s was there before", e.Order)
		return
	}
	a.tales[e.Order] = &tale{created: true, total: e.Total}
	if e.Total != order.Total(e.Items) {
		a.violation("the total is %v, the items cost %v", e.Total, order.Total(e.Items))
	}
}

func (a *Auditor) orderApproved(e order.Approved) {
	t := a.tale(e.Order)
	if t.ended() {
		a.violation("order %s had ended", e.Order)
	}
	if t.reserved == 0 {
		a.violation("order %s has no credit", e.Order)
	}
}

func (a *Auditor) orderCompleted(e order.Completed) {
	t := a.tale(e.Order)
	if t.ended() {
		a.violation("order %s had ended", e.Order)
	}
	if t.paid == 0 {
		a.violation("order %s is not paid", e.Order)
	}
	t.completed = true
}

func (a *Auditor) orderCancelled(e order.Cancelled) {
	t := a.tale(e.Order)
	if t.ended() {
		a.violation("order %s had ended", e.Order)
	}
	t.cancelled = true
}

func (a *Auditor) refundDue(e order.RefundDue) {
	if t := a.tale(e.Order); !t.cancelled || t.paid != e.Amount {
		a.violation("order %s is not one that was cancelled and paid with %v", e.Order, e.Amount)
	}
}

func (a *Auditor) paid(e payment.Captured) {
	t := a.tale(e.Order())
	if t.paid != 0 || e.Amount != t.total {
		a.violation("order %s costs %v, and %v were paid before", e.Order(), t.total, t.paid)
	}
	t.paid += e.Amount
}

func (a *Auditor) refunded(e payment.Refunded) {
	t := a.tale(e.Order())
	if t.refunded != 0 || e.Amount != t.paid || !t.cancelled {
		a.violation("order %s: %v were paid and %v refunded before, cancelled is %v", e.Order(), t.paid, t.refunded, t.cancelled)
	}
	t.refunded += e.Amount
}

func (a *Auditor) settled(e payment.Settled) {
	t := a.tale(e.Order())
	if t.settled != 0 || e.Amount != t.total {
		a.violation("order %s costs %v, and %v were settled before", e.Order(), t.total, t.settled)
	}
	t.settled += e.Amount
}

func (a *Auditor) bounced(e payment.Bounced) {
	t := a.tale(e.Order())
	if t.bounced != 0 || e.Amount != t.paid {
		a.violation("order %s: %v were paid, and %v bounced before", e.Order(), t.paid, t.bounced)
	}
	t.bounced += e.Amount
}

func (a *Auditor) ticketCreated(e ticket.Created) {
	t := a.tale(e.Order())
	if t.unwanted {
		a.violation("the ticket of order %s was cancelled before", e.Order())
	}
	t.cooking = true
}

func (a *Auditor) ticketCancelled(e ticket.Cancelled) {
	t := a.tale(e.Order())
	t.cooking, t.unwanted = false, true
}

// ends checks, after the last event, that each order ended well, and counts.
func (a *Auditor) ends() {
	for _, id := range slices.Sorted(maps.Keys(a.tales)) {
		t := a.tales[id]
		if !t.created {
			continue // reported where it was first heard of
		}
		a.report.Orders++
		switch {
		case t.completed:
			a.report.Completed++
		case t.cancelled:
			a.report.Cancelled++
		default:
			a.report.Open++
		}
		for _, wrong := range t.wrongs() {
			a.add(fmt.Sprintf("order %s %s", id, wrong))
		}
	}
}

// wrongs returns what must not be so at the end.
func (t *tale) wrongs() []string {
	var wrongs []string
	if !t.ended() {
		wrongs = append(wrongs, "has not ended")
	}
	if t.ended() && t.outstanding() != 0 {
		wrongs = append(wrongs, fmt.Sprintf("has ended and still holds %v of credit", t.outstanding()))
	}
	if t.completed && t.captured != t.total {
		wrongs = append(wrongs, fmt.Sprintf("is completed with %v of credit captured, its total is %v", t.captured, t.total))
	}
	if t.completed && t.paid == 0 {
		wrongs = append(wrongs, "is completed and not paid")
	}
	if t.cancelled && t.cooking {
		wrongs = append(wrongs, "is cancelled, and its ticket is not")
	}
	if t.cancelled && t.riding {
		wrongs = append(wrongs, "is cancelled, and its delivery is neither cancelled nor delivered")
	}
	if !t.completed && t.paid != t.refunded {
		wrongs = append(wrongs, fmt.Sprintf("is not completed, %v were paid and %v refunded", t.paid, t.refunded))
	}
	if t.settled != 0 && t.paid == 0 {
		wrongs = append(wrongs, fmt.Sprintf("is not paid, and %v are settled", t.settled))
	}
	return wrongs
}
