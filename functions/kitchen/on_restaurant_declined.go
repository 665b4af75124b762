package kitchen

import (
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
)

// OnRestaurantDeclined rejects a ticket for a restaurant that did not take it,
// unless something else became of it meanwhile.
func (t Ticket) OnRestaurantDeclined(e restaurant.Declined) ([]ticket.Event, error) {
	if t.Status != Waiting {
		return nil, nil
	}
	return []ticket.Event{ticket.Rejected{Ticket: t.ID, Reason: e.Reason}}, nil
}
