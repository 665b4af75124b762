package billing

import (
	"context"
	"errors"
	"net/http"

	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/functions/internal/post"
)

// HTTPPayments moves money by HTTP:
//
//	POST {URL}/charges {"payment", "order", "amount"}  → {"charge"}
//	POST {URL}/refunds {"payment", "charge", "amount"} → {"refund"}
//
// with the header Idempotency-Key; amounts are in cents. 402 or 409 declines,
// with {"reason"}. 5xx, 408, 425, 429, an answer without an ID and no answer
// within 10 seconds are tried again; any other answer is not.
type HTTPPayments struct {
	URL string
	// Client is http.DefaultClient if it is nil.
	Client *http.Client
}

type (
	charge struct {
		Payment string      `json:"payment"`
		Order   string      `json:"order"`
		Amount  money.Cents `json:"amount"`
	}
	charged struct {
		Charge string `json:"charge"`
	}
	refund struct {
		Payment string      `json:"payment"`
		Charge  string      `json:"charge"`
		Amount  money.Cents `json:"amount"`
	}
	refunded struct {
		Refund string `json:"refund"`
	}
)

// Charge posts a charge.
func (h HTTPPayments) Charge(ctx context.Context, p payment.Requested) (Outcome, error) {
	var out charged
	in := charge{Payment: p.Payment, Order: p.Order(), Amount: p.Amount}
	declined, err := post.JSON(ctx, h.Client, h.URL, "/charges", in, &out)
	return outcomeOf(out.Charge, declined, err)
}

// Refund posts a refund.
func (h HTTPPayments) Refund(ctx context.Context, r order.RefundDue) (Outcome, error) {
	var out refunded
	in := refund{Payment: r.Payment(), Charge: r.Charge, Amount: r.Amount}
	declined, err := post.JSON(ctx, h.Client, h.URL, "/refunds", in, &out)
	return outcomeOf(out.Refund, declined, err)
}

var errNoID = errors.New("billing: the payment provider's answer names nothing that it did")

func outcomeOf(id, declined string, err error) (Outcome, error) {
	if err == nil && id == "" && declined == "" {
		err = errNoID
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{ID: id, Declined: declined}, nil
}
