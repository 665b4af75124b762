package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/internal/strict"
)

// failure returns what is parked with the identity in a request's path.
func (e *edge) failure(ctx context.Context, r *http.Request) (flow.Failure, error) {
	if _, err := parameters(r); err != nil {
		return flow.Failure{}, err
	}
	id := r.PathValue("id")
	err := flow.ErrUnknown
	var found flow.Failure
	if isFailureID(id) {
		found, err = e.system.ParkedOne(ctx, id)
	}
	if errors.Is(err, flow.ErrUnknown) {
		err = notFound("unknown-failure", "nothing with the identity %s is parked; GET /parked lists what is", quote(id))
	}
	return found, err
}

func (e *edge) parkedOne(w http.ResponseWriter, r *http.Request) error {
	found, err := e.failure(r.Context(), r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, found)
}

// redrive handles a parked event again, or has the tick do it where the function is
// served elsewhere.
func (e *edge) redrive(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), e.timeout)
	defer cancel()
	before, err := e.failure(ctx, r)
	if err != nil {
		return err
	}
	done, err := e.system.Redrive(ctx, before.ID)
	if err != nil {
		return e.stillParked(ctx, before, err)
	}
	if !done {
		return answer(w, http.StatusAccepted, Scheduled{Scheduled: 1})
	}
	return answer(w, http.StatusOK, map[string]string{"redriven": before.ID})
}

// stillParked tells why an event was given up again. What the function said is
// told, as in the list; what the platform said is for the log.
func (e *edge) stillParked(ctx context.Context, before flow.Failure, cause error) error {
	if errors.Is(cause, flow.ErrContended) || errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	after, err := e.system.ParkedOne(ctx, before.ID)
	if err != nil || after.Attempts == before.Attempts {
		return errors.Join(cause, err)
	}
	return problem(http.StatusConflict, "still-parked", "attempt %d failed too: %s", after.Attempts, after.Error)
}

// The bounds of a rate, in handlings a second: one in about three hours, and
// what is as good as all at once.
const (
	minRate = 0.0001
	maxRate = 1_000_000
)

// A Redrive selects what is to be handled again: each field that is there
// narrows it. Without any, all that is parked is meant.
type Redrive struct {
	// Function is whose handlings, Error a text that the last error contains,
	// and Type the wire name of the event.
	Function *string `json:"function,omitempty"`
	Error    *string `json:"error,omitempty"`
	Type     *string `json:"type,omitempty"`
	// Rate is how many are handled in a second, 0.0001 to 1,000,000; without
	// it all are at once.
	Rate *float64 `json:"rate,omitempty"`
}

// Scheduled is the answer to a Redrive.
type Scheduled struct {
	// Scheduled counts the handlings that the tick will do again.
	Scheduled int `json:"scheduled"`
}

// redriveAll has the tick handle parked events again.
func (e *edge) redriveAll(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	if err := checkContent(r); err != nil {
		return err
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	wanted, rate, err := selectionOf(body)
	if err != nil {
		return err
	}
	n, err := e.system.RedriveAll(r.Context(), wanted, rate)
	if errors.Is(err, context.DeadlineExceeded) {
		p := problem(http.StatusServiceUnavailable, "too-slow",
			"%d are scheduled, and the others were not in %v, which is the limit here; ask again, which does no harm", n, e.longTimeout)
		return fmt.Errorf("edge: %w: %w", p, err)
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, Scheduled{Scheduled: n})
}

// selectionOf reads a Redrive. An empty text is refused, because who sends one
// forgot something, and does not mean all.
func selectionOf(body []byte) (wanted flow.Selection, rate float64, err error) {
	var d Redrive
	problems := strict.Decode(body, &d)
	text := func(name string, field *string) string {
		if field == nil {
			return ""
		}
		if *field == "" {
			problems = append(problems, flow.Problem{Pointer: "/" + name, Text: "is empty; leave it out to select all"})
		}
		return *field
	}
	wanted = flow.Selection{Function: text("function", d.Function), Error: text("error", d.Error), Type: text("type", d.Type)}
	if d.Rate != nil {
		if rate = *d.Rate; rate < minRate || rate > maxRate {
			problems = append(problems, flow.Problem{Pointer: "/rate", Text: "is not 0.0001 to 1000000 a second"})
		}
	}
	if len(problems) > 0 {
		return wanted, 0, &flow.InvalidError{Problems: problems}
	}
	return wanted, rate, nil
}
