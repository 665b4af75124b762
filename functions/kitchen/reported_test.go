package kitchen_test

import (
	"testing"

	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/functions/kitchen"
)

// The till tells what happened: where it is too late, nothing can be done about it.
func TestTillReports(t *testing.T) {
	t.Parallel()
	decides(t, kitchen.Ticket.OnAcceptanceReported, ticket.AcceptanceReported{Ticket: "1"},
		map[string][]ticket.Event{"waiting": {accepted()}})
	decides(t, kitchen.Ticket.OnRejectionReported, ticket.RejectionReported{Ticket: "1", Reason: "no soup"},
		map[string][]ticket.Event{"waiting": {rejected("no soup")}})
	decides(t, kitchen.Ticket.OnReadinessReported, ticket.ReadinessReported{Ticket: "1"},
		map[string][]ticket.Event{"waiting": {accepted(), ready()}, "accepted": {ready()}})
}
