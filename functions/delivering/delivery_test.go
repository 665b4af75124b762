package delivering_test

import (
	"testing"

	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/delivering"
)

func scheduled() delivery.Event {
	return delivery.Scheduled{Delivery: "1", Consumer: "alice", Restaurant: "roma", Total: 1000}
}

func dispatched() delivery.Event {
	return delivery.Dispatched{Delivery: "1", Consumer: "alice", Restaurant: "roma", Total: 1000}
}

func pickedUp() delivery.Event { return delivery.PickedUp{Delivery: "1"} }

func delivered() delivery.Event {
	return delivery.Delivered{Delivery: "1", Consumer: "alice", Total: 1000}
}

func cancelled() delivery.Event { return delivery.Cancelled{Delivery: "1"} }

// states are all the ways a delivery can have come, up to its end.
func states() map[string][]delivery.Event {
	return map[string][]delivery.Event{
		"new":        nil,
		"scheduled":  {scheduled()},
		"dispatched": {scheduled(), dispatched()},
		"overtaken":  {dispatched()}, // that the ticket is ready came first
		"picked up":  {scheduled(), dispatched(), pickedUp()},
		"delivered":  {scheduled(), dispatched(), pickedUp(), delivered()},
		"cancelled":  {cancelled()},
	}
}

// decides tests that a function decides one event in some states, and nothing in
// all others.
func decides[In flow.Event](t *testing.T, decide func(delivering.Delivery, In) ([]delivery.Event, error), in In, want delivery.Event, when ...string) {
	t.Helper()
	deciding := map[string]bool{}
	for _, state := range when {
		deciding[state] = true
	}
	for state, given := range states() {
		d := flowtest.Decide(t, decide).Given(given...).When(in)
		if deciding[state] {
			d.Then(want)
		} else {
			d.ThenNothing()
		}
	}
}

func TestScheduleDelivery(t *testing.T) {
	t.Parallel()
	decides(t, delivering.Delivery.OnTicketAccepted,
		ticket.Accepted{Ticket: "1", Consumer: "alice", Restaurant: "roma", Total: 1000}, scheduled(), "new")
}

func TestDispatchCourier(t *testing.T) {
	t.Parallel()
	decides(t, delivering.Delivery.OnTicketReady,
		ticket.Ready{Ticket: "1", Consumer: "alice", Restaurant: "roma", Total: 1000}, dispatched(), "new", "scheduled")
}

func TestCancelDelivery(t *testing.T) {
	t.Parallel()
	decides(t, delivering.Delivery.OnTicketCancelled, ticket.Cancelled{Ticket: "1", Created: true, Accepted: true},
		cancelled(), "new", "scheduled", "dispatched", "overtaken", "picked up")
	decides(t, delivering.Delivery.OnTicketCancelled, ticket.Cancelled{Ticket: "1", Created: true}, nil)
}

func TestPickUpAndDeliver(t *testing.T) {
	t.Parallel()
	for state, given := range states() {
		pickUp := flowtest.Decide(t, delivering.Delivery.PickUp).Given(given...).When(delivery.PickUp{Delivery: "1"})
		deliver := flowtest.Decide(t, delivering.Delivery.Deliver).Given(given...).When(delivery.Deliver{Delivery: "1"})
		switch state {
		case "new":
			pickUp.ThenRefused("unknown_delivery")
			deliver.ThenRefused("unknown_delivery")
		case "dispatched", "overtaken":
			pickUp.Then(pickedUp())
			deliver.ThenRefused("delivery_not_picked_up")
		case "picked up":
			pickUp.ThenRefused("delivery_not_dispatched")
			deliver.Then(delivered())
		default:
			pickUp.ThenRefused("delivery_not_dispatched")
			deliver.ThenRefused("delivery_not_picked_up")
		}
	}
}
