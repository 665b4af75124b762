package flow

import "time"

// A Deadline lets a decision schedule an event instead of recording it at once.
// It is embedded in the event's struct:
//
//	type AcceptanceDue struct {
//		flow.Deadline
//		Ticket string `json:"ticket"`
//	}
//
//	return []ticket.Event{
//		ticket.Created{Ticket: id},
//		ticket.AcceptanceDue{Deadline: flow.After(10 * time.Minute), Ticket: id},
//	}, nil
//
// The event is recorded on its stream when it falls due, never before, and
// handled like any other; whether it still matters is for the state to decide.
// On the clouds deadlines are looked at once a minute.
type Deadline struct{ delay time.Duration }

// After returns the deadline that falls due d after the decision; a d below one
// microsecond means at once.
func After(d time.Duration) Deadline { return Deadline{delay: d} }

// Delay returns how long after the decision the event falls due.
func (d Deadline) Delay() time.Duration { return d.delay }

// delayOf returns how long to wait before an event is recorded: 0 for every
// event that is no deadline.
func delayOf(e Event) time.Duration {
	if d, ok := e.(interface{ Delay() time.Duration }); ok {
		return d.Delay()
	}
	return 0
}

// isDeadline says whether events of a type may wait.
func isDeadline(e Event) bool {
	_, ok := e.(interface{ Delay() time.Duration })
	return ok
}
