package kitchen

import (
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

// Accept accepts a ticket that waits.
func (t Ticket) Accept(c ticket.Accept) ([]ticket.Event, error) {
	if err := t.must(Waiting, c.Ticket); err != nil {
		return nil, err
	}
	return []ticket.Event{t.accepted()}, nil
}

// Reject rejects a ticket that waits.
func (t Ticket) Reject(c ticket.Reject) ([]ticket.Event, error) {
	if err := t.must(Waiting, c.Ticket); err != nil {
		return nil, err
	}
	return []ticket.Event{ticket.Rejected{Ticket: t.ID, Reason: c.Reason}}, nil
}

// Finish makes a ticket that was accepted ready.
func (t Ticket) Finish(c ticket.Finish) ([]ticket.Event, error) {
	if err := t.must(Accepted, c.Ticket); err != nil {
		return nil, err
	}
	return []ticket.Event{t.ready()}, nil
}

// must refuses unless the ticket has a status.
func (t Ticket) must(want Status, id string) error {
	switch t.Status {
	case want:
		return nil
	case "":
		return flow.Refuse("unknown_ticket", "there is no ticket %s", id)
	default:
		return flow.Refuse("ticket_not_"+string(want), "ticket %s is %s", id, t.Status)
	}
}
