package outside

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
)

// Payments is the payment provider. It charges once for each idempotency key:
// the charge's name is derived from the key, so that asking again, even after the
// provider lost its memory, gives the same charge.
// It tells by a webhook when a charge is settled.
type Payments struct {
	behaviours *Behaviours
	settled    Teller

	ctx  context.Context //nolint:containedctx // the provider's opening hours
	work sync.WaitGroup
	told Recent // charges that were told as settled or are being
}

// DeclinedCents is the part below one euro of an amount that is always declined,
// as sandboxes of payment providers have such amounts.
const DeclinedCents = 13

// NewPayments returns a provider. The name by which it is told how to behave is
// that of the payment, which is the order's. It tells of charges until ctx ends.
func NewPayments(ctx context.Context, behaviours *Behaviours, settled Teller) *Payments {
	return &Payments{behaviours: behaviours, settled: settled, ctx: ctx}
}

// Wait waits until nobody is at work, after ctx has ended.
func (p *Payments) Wait() { p.work.Wait() }

// Handler serves POST /charges, POST /refunds and PUT /behaviours/{name}.
func (p *Payments) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", p.charge)
	mux.HandleFunc("POST /refunds", p.refund)
	mux.HandleFunc("PUT /behaviours/{name}", p.behaviours.put)
	return mux
}

func (p *Payments) charge(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Payment string `json:"payment"`
		Amount  int64  `json:"amount"`
	}
	key := r.Header.Get("Idempotency-Key")
	if !read(w, r, &body) || !requireKey(w, key) {
		return
	}
	behaviour := p.behaviours.Of(body.Payment)
	behaviour.serve(w, r, func() (int, any) {
		if behaviour.Refuse || body.Amount%100 == DeclinedCents {
			return http.StatusPaymentRequired, map[string]string{"reason": "card declined"}
		}
		charge := "ch_" + nameOf(key)
		p.settle(body.Payment, charge, body.Amount)
		return http.StatusOK, map[string]string{"charge": charge}
	})
}

// settle tells that a charge is settled, once.
func (p *Payments) settle(payment, charge string, amount int64) {
	if !p.told.IsNew(charge) {
		return
	}
	p.work.Go(func() {
		told := map[string]any{"type": "charge.settled", "payment": payment, "charge": charge, "amount": amount}
		_, _ = p.settled.Tell(p.ctx, "settled-"+charge, told) // a real one would tell for days
	})
}

func (p *Payments) refund(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Charge string `json:"charge"`
	}
	key := r.Header.Get("Idempotency-Key")
	if !read(w, r, &body) || !requireKey(w, key) {
		return
	}
	behaviour := p.behaviours.Of("*")
	behaviour.serve(w, r, func() (int, any) {
		return http.StatusOK, map[string]string{"refund": "re_" + nameOf(key), "charge": body.Charge}
	})
}

func requireKey(w http.ResponseWriter, key string) bool {
	if key == "" {
		http.Error(w, "no Idempotency-Key", http.StatusBadRequest)
	}
	return key != ""
}

func nameOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:8])
}
