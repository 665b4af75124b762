package cost

import "github.com/onevent/onevent/flow/usage"

// Textbook returns what the same messages cost in the usual design of such systems:
// a table of states, with an inbox and an outbox beside it. It is counted, not
// measured, and in its favour:
//
//   - For each message of a function and each request: a read of the inbox, to see
//     whether it was handled; a read of the state; one transaction that writes the
//     inbox, the state and the outbox; the outbox entry is read, published, and
//     deleted. 3 reads, 3 writes, 1 delete, 1 publish.
//   - For each message of a view: a read of the inbox and of the document, and a
//     transaction that writes both. 2 reads, 2 writes.
//   - Everything is small, nothing is indexed, nothing conflicts, the outbox is never
//     polled in vain, and the inbox is never tidied up.
//   - It publishes and delivers the same messages, and its functions take as long.
//
// It keeps no log, so nothing that was decided can be read again, audited or
// repaired; what is stored is not in its bill, and no tick.
//
// See https://microservices.io/patterns/data/transactional-outbox.html and
// https://microservices.io/patterns/communication-style/idempotent-consumer.html.
func Textbook(m Measured) Measured {
	decisions, views := m.Handled+m.Requests, m.Viewed
	u := usage.Usage{Reads: 3*decisions + 2*views, Writes: 3*decisions + 2*views, Deletes: decisions}
	u.ReadUnits = float64(u.Reads)
	u.WriteUnits = u.Writes + u.Deletes
	if m.Platform == AWS {
		u.WriteUnits += u.Writes // in transactions each costs twice
	}
	u.Publishes, u.Messages, u.PublishUnits = m.Used.Publishes, m.Used.Messages, m.Used.PublishUnits
	u.PublishedBytes, u.DeliveredBytes = m.Used.PublishedBytes, m.Used.DeliveredBytes
	u.Deliveries, u.Requests = m.Used.Deliveries, m.Used.Requests
	m.Used, m.Idle = u, usage.Usage{}
	m.What = "the textbook's inbox and outbox, counted"
	return m
}
