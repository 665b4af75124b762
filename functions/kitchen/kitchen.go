// Package kitchen tells restaurants what to cook, and keeps book of it.
package kitchen

import (
	"time"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

// Functions returns what the kitchen does. A ticket that has waited acceptWithin
// for its restaurant expires. Restaurants are told of tickets through r; if it is
// nil, telling them fails, and is tried again. What their tills tell is signed with
// one of the secrets.
func Functions(acceptWithin time.Duration, r Restaurant, secrets ...webhook.Secret) []flow.Function {
	return []flow.Function{
		flow.Command("accept-ticket", Ticket.Accept).
			Emits(ticket.Accepted{}),
		flow.Command("reject-ticket", Ticket.Reject).
			Emits(ticket.Rejected{}),
		flow.Command("finish-ticket", Ticket.Finish).
			Emits(ticket.Ready{}),
		flow.On("create-ticket", order.Approved.Ticket, OnOrderApproved(acceptWithin)).
			Emits(ticket.Created{}, ticket.AcceptanceDue{}),
		flow.Effect("notify-restaurant", OnTicketCreated(r)).
			Emits(restaurant.Notified{}, restaurant.Declined{}),
		flow.On("reject-declined-ticket", restaurant.Declined.Key, Ticket.OnRestaurantDeclined).
			Emits(ticket.Rejected{}),
		flow.On("expire-ticket", ticket.AcceptanceDue.Key, Ticket.OnAcceptanceDue).
			Emits(ticket.Expired{}),
		flow.On("cancel-ticket", credit.Released.Ticket, Ticket.OnCreditReleased).
			Emits(ticket.Cancelled{}),

		flow.Webhook("till", webhook.Standard(secrets...), receiveTill).
			Emits(ticket.AcceptanceReported{}, ticket.RejectionReported{}, ticket.ReadinessReported{}),
		flow.On("take-acceptance", ticket.AcceptanceReported.Key, Ticket.OnAcceptanceReported).
			Emits(ticket.Accepted{}),
		flow.On("take-rejection", ticket.RejectionReported.Key, Ticket.OnRejectionReported).
			Emits(ticket.Rejected{}),
		flow.On("take-readiness", ticket.ReadinessReported.Key, Ticket.OnReadinessReported).
			Emits(ticket.Accepted{}, ticket.Ready{}),
	}
}
