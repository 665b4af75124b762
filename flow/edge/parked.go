package edge

import (
	"context"
	"errors"
	"net/http"

	"github.com/onevent/onevent/flow"
)

// A ParkedPage is a part of what was given up, the longest parked first.
type ParkedPage struct {
	Parked []flow.Failure `json:"parked"`
	// Next is the parameter "after" of the next page; empty on the last.
	Next string `json:"next,omitempty"`
}

func failureID(f flow.Failure) string { return f.ID }

func failureSize(f flow.Failure) int {
	size := len(f.Event.Data) + len(f.Error)
	if f.Message != nil {
		size += len(f.Message.Data)
	}
	return size
}

func (e *edge) parked(w http.ResponseWriter, r *http.Request) error {
	values, err := parameters(r, "after", "limit")
	if err != nil {
		return err
	}
	limit, err := limitOf(values)
	if err != nil {
		return err
	}
	found, more, err := collect(past(e.system.Parked(r.Context()), values.Get("after"), failureID), limit, failureSize)
	if err != nil {
		return err
	}
	page := ParkedPage{Parked: found}
	if more {
		page.Next = found[len(found)-1].ID
	}
	return answer(w, http.StatusOK, page)
}

// redrive handles a parked event again.
func (e *edge) redrive(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	id := r.PathValue("id")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), e.timeout)
	defer cancel()
	before, found, err := e.failure(ctx, id)
	switch {
	case err != nil:
		return err
	case !found:
		return notFound("unknown-failure", "nothing with the identity %s is parked; GET /parked lists what is", quote(id))
	case before.Message != nil:
		return problem(http.StatusConflict, "unreadable", "the message can't be read: %s", before.Error)
	}
	if err := e.system.Redrive(ctx, id); err != nil {
		return e.stillParked(ctx, before, err)
	}
	return answer(w, http.StatusOK, map[string]string{"redriven": id})
}

// stillParked tells why an event was given up again. What the function said is
// told, as in the list; what the platform said is for the log.
func (e *edge) stillParked(ctx context.Context, before flow.Failure, cause error) error {
	if errors.Is(cause, flow.ErrContended) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	after, found, err := e.failure(ctx, before.ID)
	if err != nil || !found || after.Attempts == before.Attempts {
		return errors.Join(cause, err)
	}
	return problem(http.StatusConflict, "still-parked", "attempt %d failed too: %s", after.Attempts, after.Error)
}

// failure returns what is parked with an identity.
func (e *edge) failure(ctx context.Context, id string) (failure flow.Failure, found bool, err error) {
	for f, err := range e.system.Parked(ctx) {
		if err != nil || f.ID == id {
			return f, err == nil, err
		}
	}
	return flow.Failure{}, false, nil
}
