package kitchen

import "github.com/onevent/onevent/events/ticket"

// OnAcceptanceDue lets a ticket expire that still waits.
func (t Ticket) OnAcceptanceDue(ticket.AcceptanceDue) ([]ticket.Event, error) {
	if t.Status != Waiting {
		return nil, nil
	}
	return []ticket.Event{ticket.Expired{Ticket: t.ID}}, nil
}
