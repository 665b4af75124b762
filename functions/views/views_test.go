package views_test

import (
	"testing"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/restaurant"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/views"
)

func created(id string) flow.Event {
	return order.Created{
		Order: id, Consumer: "alice", Restaurant: "roma", Total: 900,
		Items: []order.Item{{Name: "soup", Quantity: 2, Price: 450}},
	}
}

func approved(id string) flow.Event {
	return order.Approved{Order: id, Consumer: "alice", Restaurant: "roma", Total: 900}
}

func completed(id string) flow.Event {
	return order.Completed{Order: id, Consumer: "alice", Restaurant: "roma", Total: 900}
}

func cancelled(id string) flow.Event {
	return order.Cancelled{
		Order: id, Consumer: "alice", Restaurant: "roma", Total: 900,
		Reason: order.RejectedByKitchen, Detail: "no soup",
	}
}

func ticketCreated(id string) flow.Event {
	return ticket.Created{Ticket: id, Consumer: "alice", Restaurant: "roma", Items: []ticket.Item{{Name: "soup", Quantity: 2}}}
}

// summary returns the summary of order 1 as it is at first, changed.
func summary(change func(*views.Summary), history ...string) views.Summary {
	s := views.Summary{
		Order: "1", Consumer: "alice", Restaurant: "roma", Total: 900, Status: "pending",
		Items: []order.Item{{Name: "soup", Quantity: 2, Price: 450}}, History: history,
	}
	change(&s)
	return s
}

func TestOrderSummaryOfAGoodEnd(t *testing.T) {
	t.Parallel()
	flowtest.View(t, views.OrderSummary()).Given(
		created("1"), created("2"), credit.Reserved{Account: "alice", Order: "1", Amount: 900}, approved("1"),
		ticketCreated("1"), restaurant.Notified{Ticket: "1"}, ticket.Accepted{Ticket: "1"}, delivery.Scheduled{Delivery: "1"},
		ticket.Ready{Ticket: "1"}, delivery.Dispatched{Delivery: "1"}, delivery.PickedUp{Delivery: "1"},
		delivery.Delivered{Delivery: "1"}, payment.Requested{Payment: "1"}, payment.Captured{Payment: "1"},
		completed("1"), credit.Captured{Account: "alice", Order: "1", Amount: 900},
	).Then("1", summary(func(s *views.Summary) {
		s.Status, s.Credit, s.Ticket, s.Delivery, s.Payment = "completed", "captured", "ready", "delivered", "captured"
	}, "order.created", "credit.reserved", "order.approved", "ticket.created", "restaurant.notified", "ticket.accepted",
		"delivery.scheduled", "ticket.ready", "delivery.dispatched", "delivery.picked_up", "delivery.delivered",
		"payment.requested", "payment.captured", "order.completed", "credit.captured"))
}

func TestOrderSummaryOfBadEnds(t *testing.T) {
	t.Parallel()
	cancel := func(s *views.Summary) {
		s.Status, s.Reason, s.Detail = "cancelled", order.RejectedByKitchen, "no soup"
	}
	for name, c := range map[string]struct {
		events []flow.Event
		change func(*views.Summary)
	}{
		"credit refused": {
			[]flow.Event{credit.LimitExceeded{Order: "1"}, cancelled("1")},
			func(s *views.Summary) { s.Credit = "refused" },
		},
		"ticket rejected": {
			[]flow.Event{credit.Reserved{Order: "1"}, ticketCreated("1"), ticket.Rejected{Ticket: "1"}, cancelled("1"), credit.Released{Order: "1"}},
			func(s *views.Summary) { s.Credit, s.Ticket = "released", "rejected" },
		},
		"restaurant declined": {
			[]flow.Event{ticketCreated("1"), restaurant.Declined{Ticket: "1"}, ticket.Rejected{Ticket: "1"}, cancelled("1")},
			func(s *views.Summary) { s.Ticket = "rejected" },
		},
		"ticket expired": {
			[]flow.Event{ticketCreated("1"), ticket.Expired{Ticket: "1"}, cancelled("1")},
			func(s *views.Summary) { s.Ticket = "expired" },
		},
		"cancelled before there was a ticket": {
			[]flow.Event{cancelled("1"), credit.Released{Order: "1"}, ticket.Cancelled{Ticket: "1"}},
			func(s *views.Summary) { s.Credit = "released" },
		},
		"cancelled on the way": {
			[]flow.Event{
				ticketCreated("1"),
				ticket.Accepted{Ticket: "1"},
				cancelled("1"),
				ticket.Cancelled{Ticket: "1", Created: true, Accepted: true},
				delivery.Cancelled{Delivery: "1"},
			},
			func(s *views.Summary) { s.Ticket, s.Delivery = "cancelled", "cancelled" },
		},
		"not paid": {
			[]flow.Event{payment.Requested{Payment: "1"}, payment.Failed{Payment: "1"}, cancelled("1")},
			func(s *views.Summary) { s.Payment = "failed" },
		},
		"refund due": {
			[]flow.Event{cancelled("1"), payment.Captured{Payment: "1"}, order.RefundDue{Order: "1"}},
			func(s *views.Summary) { s.Payment = "refund due" },
		},
		"refunded": {
			[]flow.Event{cancelled("1"), payment.Captured{Payment: "1"}, order.RefundDue{Order: "1"}, payment.Refunded{Payment: "1"}},
			func(s *views.Summary) { s.Payment = "refunded" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := append([]flow.Event{created("1")}, c.events...)
			var history []string
			for _, e := range events {
				history = append(history, e.Type())
			}
			want := summary(cancel, history...)
			c.change(&want)
			flowtest.View(t, views.OrderSummary()).Given(events...).Then("1", want)
		})
	}
}

func TestKitchenBoard(t *testing.T) {
	t.Parallel()
	card := func(status string, open bool) views.Card {
		return views.Card{
			Ticket: "1", Restaurant: "roma", Items: []ticket.Item{{Name: "soup", Quantity: 2}}, Status: status, Open: open,
		}
	}
	accepted, ready := ticket.Accepted{Ticket: "1"}, ticket.Ready{Ticket: "1"}
	for _, c := range []struct {
		events []flow.Event
		want   views.Card
	}{
		{nil, card("waiting", true)},
		{[]flow.Event{accepted}, card("accepted", true)},
		{[]flow.Event{accepted, ready}, card("ready", true)},
		{[]flow.Event{accepted, ready, delivery.PickedUp{Delivery: "1"}}, card("fetched", false)},
		{[]flow.Event{ticket.Rejected{Ticket: "1"}}, card("rejected", false)},
		{[]flow.Event{ticket.Expired{Ticket: "1"}}, card("expired", false)},
		{[]flow.Event{accepted, ticket.Cancelled{Ticket: "1", Created: true}}, card("cancelled", false)},
	} {
		flowtest.View(t, views.KitchenBoard()).
			Given(ticketCreated("1"), ticketCreated("2")).Given(c.events...).Then("1", c.want)
	}
	flowtest.View(t, views.KitchenBoard()).Given(ticket.Cancelled{Ticket: "1"}).Then("1", views.Card{}) // there was no ticket
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	flowtest.View(t, views.Accounts()).Given(
		credit.AccountOpened{Account: "alice", Limit: 1000}, credit.AccountOpened{Account: "bob", Limit: 1},
		credit.LimitSet{Account: "alice", Limit: 3000, Change: 2000},
		credit.Reserved{Account: "alice", Order: "1", Amount: 900}, credit.Captured{Account: "alice", Order: "1", Amount: 900},
		credit.Reserved{Account: "alice", Order: "2", Amount: 500}, credit.Released{Account: "alice", Order: "2", Amount: 500},
		credit.Reserved{Account: "alice", Order: "3", Amount: 700},
	).Then("alice", views.Balance{Limit: 3000, Reserved: 700, Captured: 900, Available: 1400})
}

func TestConsumerOrders(t *testing.T) {
	t.Parallel()
	flowtest.View(t, views.ConsumerOrders()).
		Given(created("1"), created("2"), completed("2"), created("3"), cancelled("3"), created("4"), approved("4")).
		Then("alice", views.Orders{
			Placed: 4, Completed: 1, Cancelled: 1, Spent: 900, Open: map[string]money.Cents{"1": 900, "4": 900},
		})
}

func TestRevenue(t *testing.T) {
	t.Parallel()
	other := order.Completed{Order: "9", Restaurant: "napoli", Total: 1}
	flowtest.View(t, views.Revenue()).Given(completed("1"), other, completed("2"), cancelled("3")).
		Then("roma", views.Turnover{Orders: 2, Cents: 1800})
}
