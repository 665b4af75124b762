package outside

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/clock"
)

// Restaurants are all restaurants: they take tickets and cook, and their tills tell
// what becomes of each.
type Restaurants struct {
	behaviours *Behaviours
	till       Teller
	cooking    time.Duration

	ctx  context.Context //nolint:containedctx // the restaurants' opening hours
	work sync.WaitGroup
	seen Recent // tickets that were answered or are being
}

// NewRestaurants returns restaurants that are open until ctx ends, and take the
// time cooking for each ticket.
func NewRestaurants(ctx context.Context, behaviours *Behaviours, till Teller, cooking time.Duration) *Restaurants {
	return &Restaurants{behaviours: behaviours, till: till, cooking: cooking, ctx: ctx}
}

// Handler serves POST /tickets and PUT /behaviours/{name}.
func (r *Restaurants) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tickets", r.take)
	mux.HandleFunc("PUT /behaviours/{name}", r.behaviours.put)
	return mux
}

// Wait waits until nobody is at work, after ctx has ended.
func (r *Restaurants) Wait() { r.work.Wait() }

func (r *Restaurants) take(w http.ResponseWriter, request *http.Request) {
	var ticket struct {
		Ticket     string `json:"ticket"`
		Restaurant string `json:"restaurant"`
	}
	if !read(w, request, &ticket) || !requireKey(w, request.Header.Get("Idempotency-Key")) {
		return
	}
	r.behaviours.Of(ticket.Restaurant).serve(w, request, func() (int, any) {
		r.Answer(ticket.Ticket, ticket.Restaurant)
		return http.StatusAccepted, map[string]string{"ticket": ticket.Ticket}
	})
}

// Answer accepts, rejects or ignores a ticket, as the restaurant behaves; one it
// accepts it cooks. A ticket that it has seen it does not answer again.
func (r *Restaurants) Answer(ticket, restaurant string) {
	if behaviour := r.behaviours.Of(restaurant); r.seen.IsNew(ticket) && !behaviour.Ignore {
		r.work.Go(func() { r.answer(ticket, restaurant, behaviour.Refuse) })
	}
}

// Cook finishes a ticket that was accepted before the restaurants opened.
func (r *Restaurants) Cook(ticket string) {
	if r.seen.IsNew(ticket) {
		r.work.Go(func() { r.cook(ticket) })
	}
}

func (r *Restaurants) answer(ticket, restaurant string, refuse bool) {
	if refuse {
		told := map[string]any{"type": "ticket.rejected", "ticket": ticket, "reason": restaurant + " is closed"}
		_, _ = r.till.Tell(r.ctx, "reject-"+ticket, told) // the deadline answers for us
		return
	}
	status, err := r.till.Tell(r.ctx, "accept-"+ticket, map[string]any{"type": "ticket.accepted", "ticket": ticket})
	if err == nil && status < http.StatusBadRequest {
		r.cook(ticket)
	}
}

func (r *Restaurants) cook(ticket string) {
	if clock.Sleep(r.ctx, r.cooking) == nil {
		_, _ = r.till.Tell(r.ctx, "finish-"+ticket, map[string]any{"type": "ticket.ready", "ticket": ticket}) // or it is overdue
	}
}
