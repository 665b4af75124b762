package audit

import (
	"encoding/json"

	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

type reader func(data json.RawMessage) error

// readers returns what is done with the events that matter, by wire name.
func (a *auditor) readers() map[string]reader {
	m := map[string]reader{}
	reads(m, a.orderCreated)
	reads(m, a.orderApproved)
	reads(m, a.orderCompleted)
	reads(m, a.orderCancelled)
	reads(m, a.refundDue)
	reads(m, a.accountOpened)
	reads(m, a.limitSet)
	reads(m, a.reserved)
	reads(m, a.released)
	reads(m, a.captured)
	reads(m, a.paid)
	reads(m, a.refunded)
	reads(m, a.settled)
	reads(m, a.bounced)
	reads(m, a.ticketCreated)
	reads(m, func(e ticket.Rejected) { a.tale(e.Order()).cooking = false })
	reads(m, func(e ticket.Expired) { a.tale(e.Order()).cooking = false })
	reads(m, a.ticketCancelled)
	reads(m, func(e delivery.Scheduled) { a.tale(e.Order()).riding = true })
	reads(m, func(e delivery.Dispatched) { a.tale(e.Order()).riding = true })
	reads(m, func(e delivery.Delivered) { a.tale(e.Order()).riding = false })
	reads(m, func(e delivery.Cancelled) { a.tale(e.Order()).riding = false })
	return m
}

// reads adds a reader for events of type E.
func reads[E flow.Event](m map[string]reader, check func(E)) {
	var zero E
	m[zero.Type()] = func(data json.RawMessage) error {
		var e E
		if err := json.Unmarshal(data, &e); err != nil {
			return err
		}
		check(e)
		return nil
	}
}
