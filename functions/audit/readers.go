package audit

import (
	"encoding/json"

	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

type reader func(data json.RawMessage) error

// readers returns what is done with the events that matter, by wire name.
func (a *Auditor) reads() map[string]reader {
	m := map[string]reader{}
	read(m, a.orderCreated)
	read(m, a.orderApproved)
	read(m, a.orderCompleted)
	read(m, a.orderCancelled)
	read(m, a.refundDue)
	read(m, a.accountOpened)
	read(m, a.limitSet)
	read(m, a.reserved)
	read(m, a.released)
	read(m, a.captured)
	read(m, a.paid)
	read(m, a.refunded)
	read(m, a.settled)
	read(m, a.bounced)
	read(m, a.ticketCreated)
	read(m, func(e ticket.Rejected) { a.tale(e.Order()).cooking = false })
	read(m, func(e ticket.Expired) { a.tale(e.Order()).cooking = false })
	read(m, a.ticketCancelled)
	read(m, func(e delivery.Scheduled) { a.tale(e.Order()).riding = true })
	read(m, func(e delivery.Dispatched) { a.tale(e.Order()).riding = true })
	read(m, func(e delivery.Delivered) { a.tale(e.Order()).riding = false })
	read(m, func(e delivery.Cancelled) { a.tale(e.Order()).riding = false })
	return m
}

// read adds a reader for events of type E.
func read[E flow.Event](m map[string]reader, check func(E)) {
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
