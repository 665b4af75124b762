package edge

import (
	"context"
	"errors"
	"net/http"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

// webhook takes what somebody outside tells, and answers with the receipt: 201 if
// it recorded something, 200 if it was told before, or means nothing here. Who sends it
// is known by the signature alone, so it may come from anywhere and in any format.
func (e *edge) webhook(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), e.timeout)
	defer cancel()
	source := r.PathValue("source")
	receipt, err := e.system.Receive(ctx, source, flow.Incoming{Header: r.Header, Body: body})
	switch {
	case errors.Is(err, webhook.ErrSecrets): // the sender is not to blame, and sends it again
		return errors.Join(problem(http.StatusServiceUnavailable, "unavailable", "the webhook has no secret to verify with"), err)
	case errors.Is(err, flow.ErrForged):
		return problem(http.StatusUnauthorized, "forged", "the request is not authentic; nothing was recorded")
	case errors.Is(err, flow.ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "idempotency-key-reused", "another body came before under the same identity")
	case errors.Is(err, flow.ErrUnknown):
		return notFound("unknown-webhook", "there is no webhook %s", quote(source))
	case err != nil:
		return err
	}
	status := http.StatusOK
	if len(receipt.Events) > 0 && !receipt.Repeated {
		status = http.StatusCreated
	}
	if receipt.Repeated {
		w.Header().Set(ReplayedHeader, "true")
	}
	if receipt.ID != "" {
		w.Header().Set(TokenHeader, receipt.ID)
	}
	// The sender is told nothing of what the event says.
	return answer(w, status, map[string]string{"id": receipt.ID})
}
