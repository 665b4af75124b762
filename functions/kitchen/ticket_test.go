package kitchen_test

import (
	"testing"
	"time"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/kitchen"
)

const within = 10 * time.Minute

func created() ticket.Event {
	return ticket.Created{
		Ticket: "1", Consumer: "alice", Restaurant: "roma",
		Items: []ticket.Item{{Name: "soup", Quantity: 2}}, Total: 900,
	}
}

func accepted() ticket.Event {
	return ticket.Accepted{Ticket: "1", Consumer: "alice", Restaurant: "roma", Total: 900}
}

func ready() ticket.Event {
	return ticket.Ready{Ticket: "1", Consumer: "alice", Restaurant: "roma", Total: 900}
}

func rejected(reason string) ticket.Event { return ticket.Rejected{Ticket: "1", Reason: reason} }

func cancelled(created, accepted bool) ticket.Event {
	return ticket.Cancelled{Ticket: "1", Created: created, Accepted: accepted}
}

// states are all the ways a ticket can have come.
func states() map[string][]ticket.Event {
	return map[string][]ticket.Event{
		"new":       nil,
		"waiting":   {created()},
		"accepted":  {created(), accepted()},
		"ready":     {created(), accepted(), ready()},
		"rejected":  {created(), rejected("no soup")},
		"expired":   {created(), ticket.AcceptanceDue{Ticket: "1"}, ticket.Expired{Ticket: "1"}},
		"cancelled": {created(), cancelled(true, false)},
		"overtaken": {cancelled(false, false)}, // the cancellation came first
	}
}

// decides tests what a function decides in each state; nothing where want has
// none.
func decides[In flow.Event](t *testing.T, decide func(kitchen.Ticket, In) ([]ticket.Event, error), in In, want map[string][]ticket.Event) {
	t.Helper()
	for state, given := range states() {
		flowtest.Decide(t, decide).Given(given...).When(in).Then(want[state]...)
	}
}

// refuses tests that a command is done in one state and refused in all others.
func refuses[In flow.Event](t *testing.T, decide func(kitchen.Ticket, In) ([]ticket.Event, error), in In, when string, want ticket.Event) {
	t.Helper()
	for state, given := range states() {
		d := flowtest.Decide(t, decide).Given(given...).When(in)
		switch state {
		case when:
			d.Then(want)
		case "new":
			d.ThenRefused("unknown_ticket")
		default:
			d.ThenRefused("ticket_not_" + when)
		}
	}
}

func TestCreateTicket(t *testing.T) {
	t.Parallel()
	decides(t, kitchen.OnOrderApproved(within), order.Approved{
		Order: "1", Consumer: "alice", Restaurant: "roma",
		Items: []order.Item{{Name: "soup", Quantity: 2, Price: 450}}, Total: 900,
	}, map[string][]ticket.Event{
		"new": {created(), ticket.AcceptanceDue{Deadline: flow.After(within), Ticket: "1"}},
	})
}

func TestRestaurantsAnswer(t *testing.T) {
	t.Parallel()
	refuses(t, kitchen.Ticket.Accept, ticket.Accept{Ticket: "1"}, "waiting", accepted())
	refuses(t, kitchen.Ticket.Reject, ticket.Reject{Ticket: "1", Reason: "no soup"}, "waiting", rejected("no soup"))
	refuses(t, kitchen.Ticket.Finish, ticket.Finish{Ticket: "1"}, "accepted", ready())
}

func TestRejectDeclinedTicket(t *testing.T) {
	t.Parallel()
	decides(t, kitchen.Ticket.OnRestaurantDeclined, restaurant.Declined{Ticket: "1", Reason: "closed"},
		map[string][]ticket.Event{"waiting": {rejected("closed")}})
}

func TestExpireTicket(t *testing.T) {
	t.Parallel()
	decides(t, kitchen.Ticket.OnAcceptanceDue, ticket.AcceptanceDue{Ticket: "1"},
		map[string][]ticket.Event{"waiting": {ticket.Expired{Ticket: "1"}}})
}

func TestCancelTicket(t *testing.T) {
	t.Parallel()
	decides(t, kitchen.Ticket.OnCreditReleased, credit.Released{Order: "1", Amount: 900}, map[string][]ticket.Event{
		"new":      {cancelled(false, false)},
		"waiting":  {cancelled(true, false)},
		"accepted": {cancelled(true, true)},
		"ready":    {cancelled(true, true)},
	})
}
