package kitchen

import "github.com/onevent/onevent/events/ticket"

// OnAcceptanceReported accepts a ticket that waits. For any other the news comes too
// late, or again.
func (t Ticket) OnAcceptanceReported(ticket.AcceptanceReported) ([]ticket.Event, error) {
	if t.Status != Waiting {
		return nil, nil
	}
	return []ticket.Event{t.accepted()}, nil
}

// OnRejectionReported rejects a ticket that waits.
func (t Ticket) OnRejectionReported(e ticket.RejectionReported) ([]ticket.Event, error) {
	if t.Status != Waiting {
		return nil, nil
	}
	return []ticket.Event{ticket.Rejected{Ticket: t.ID, Reason: e.Reason}}, nil
}

// OnReadinessReported makes a ticket ready that was accepted. Webhooks come in any
// order: the food of a ticket that still waits was accepted, and that news is on its
// way.
func (t Ticket) OnReadinessReported(ticket.ReadinessReported) ([]ticket.Event, error) {
	switch t.Status {
	case Waiting:
		return []ticket.Event{t.accepted(), t.ready()}, nil
	case Accepted:
		return []ticket.Event{t.ready()}, nil
	case "", Ready, Rejected, Expired, Cancelled:
	}
	return nil, nil
}

func (t Ticket) accepted() ticket.Accepted {
	return ticket.Accepted{Ticket: t.ID, Consumer: t.Consumer, Restaurant: t.Restaurant, Total: t.Total}
}

func (t Ticket) ready() ticket.Ready {
	return ticket.Ready{Ticket: t.ID, Consumer: t.Consumer, Restaurant: t.Restaurant, Total: t.Total}
}
