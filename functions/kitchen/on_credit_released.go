package kitchen

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/ticket"
)

// OnCreditReleased cancels the ticket of an order that has no credit any more,
// unless it came to nothing by itself. A ticket that is still to be created is
// cancelled too: then it will not be.
func (t Ticket) OnCreditReleased(e credit.Released) ([]ticket.Event, error) {
	switch t.Status {
	case "", Waiting, Accepted, Ready:
		return []ticket.Event{ticket.Cancelled{
			Ticket: e.Ticket(), Created: t.Status != "", Accepted: t.Status == Accepted || t.Status == Ready,
		}}, nil
	case Rejected, Expired, Cancelled:
	}
	return nil, nil
}
