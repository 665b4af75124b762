package audit

import (
	"encoding/json"

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
