package kitchen

import (
	"context"
	"errors"

	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
)

// A Restaurant is told of tickets.
type Restaurant interface {
	// Notify tells the restaurant of a ticket. It may be called several times
	// for one ticket, with the same flow.IdempotencyKey in ctx. Declined is why
	// the restaurant does not take the ticket, empty if it does; an error means
	// that it is not known.
	Notify(ctx context.Context, t ticket.Created) (declined string, err error)
}

// OnTicketCreated returns the effect that tells a restaurant of a ticket.
func OnTicketCreated(r Restaurant) func(context.Context, ticket.Created) ([]restaurant.Event, error) {
	return func(ctx context.Context, e ticket.Created) ([]restaurant.Event, error) {
		if r == nil {
			return nil, errors.New("kitchen: nobody to tell restaurants of tickets is set up")
		}
		declined, err := r.Notify(ctx, e)
		switch {
		case err != nil:
			return nil, err
		case declined != "":
			return []restaurant.Event{restaurant.Declined{
				Ticket: e.Ticket, Restaurant: e.Restaurant, Reason: declined,
			}}, nil
		}
		return []restaurant.Event{restaurant.Notified{Ticket: e.Ticket, Restaurant: e.Restaurant}}, nil
	}
}
