package kitchen

import (
	"encoding/json"

	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions/internal/told"
)

// receiveTill turns what a till tells into an event:
//
//	{"type": "ticket.accepted" | "ticket.rejected" | "ticket.ready", "ticket", "reason"}
//
// Other types, and fields that are not listed, mean nothing here.
func receiveTill(_ string, body []byte) (ticket.Event, error) {
	var in struct {
		Type   string `json:"type"`
		Ticket string `json:"ticket"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, flow.Invalid("", "%v", err)
	}
	reason := told.Text(in.Reason, ticket.MaxReason)
	switch in.Type {
	case "ticket.accepted":
		return ticket.AcceptanceReported{Ticket: in.Ticket}, told.Key("ticket", in.Ticket)
	case "ticket.rejected":
		return ticket.RejectionReported{Ticket: in.Ticket, Reason: reason}, told.Key("ticket", in.Ticket)
	case "ticket.ready":
		return ticket.ReadinessReported{Ticket: in.Ticket}, told.Key("ticket", in.Ticket)
	}
	return nil, flow.ErrIgnore
}
