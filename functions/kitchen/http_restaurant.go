package kitchen

import (
	"context"
	"net/http"

	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/functions/internal/post"
)

// An HTTPRestaurant tells restaurants of tickets by HTTP:
//
//	POST {URL}/tickets {"ticket", "restaurant", "items": [{"name", "quantity"}]}
//
// with the header Idempotency-Key. The answer 2xx takes the ticket; 402 or 409
// declines it, with {"reason"}. 5xx, 408, 425, 429 and no answer within 10
// seconds are tried again; any other answer is not.
type HTTPRestaurant struct {
	URL string
	// Client is http.DefaultClient if it is nil.
	Client *http.Client
}

type newTicket struct {
	Ticket     string        `json:"ticket"`
	Restaurant string        `json:"restaurant"`
	Items      []ticket.Item `json:"items"`
}

// Notify posts a ticket.
func (r HTTPRestaurant) Notify(ctx context.Context, t ticket.Created) (declined string, err error) {
	in := newTicket{Ticket: t.Ticket, Restaurant: t.Restaurant, Items: t.Items}
	return post.JSON(ctx, r.Client, r.URL, "/tickets", in, nil)
}
