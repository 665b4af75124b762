package billing

import (
	"encoding/json"

	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions/internal/told"
)

// maxReason is how many characters are kept of a reason.
const maxReason = 200

// receivePayments turns what the payment provider tells into an event:
//
//	{"type": "charge.settled", "payment", "charge", "amount"}; the amount is in cents
//	{"type": "charge.failed" | "charge.disputed", "payment", "reason"}
//
// Other types, and fields that are not listed, mean nothing here.
func receivePayments(_ string, body []byte) (payment.Event, error) {
	var in struct {
		Type    string      `json:"type"`
		Payment string      `json:"payment"`
		Charge  string      `json:"charge"`
		Amount  money.Cents `json:"amount"`
		Reason  string      `json:"reason"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, flow.Invalid("", "%v", err)
	}
	reason := told.Text(in.Reason, maxReason)
	switch in.Type {
	case "charge.settled":
		if in.Amount < 1 || in.Amount > money.Max {
			return nil, flow.Invalid("amount", "is %d, 1 to %d are allowed", int64(in.Amount), int64(money.Max))
		}
		return payment.SettlementReported{
			Payment: in.Payment, Charge: told.Text(in.Charge, maxReason), Amount: in.Amount,
		}, told.Key("payment", in.Payment)
	case "charge.failed":
		return payment.FailureReported{Payment: in.Payment, Reason: reason}, told.Key("payment", in.Payment)
	case "charge.disputed":
		return payment.DisputeReported{Payment: in.Payment, Reason: reason}, told.Key("payment", in.Payment)
	}
	return nil, flow.ErrIgnore
}
