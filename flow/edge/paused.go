package edge

import (
	"net/http"

	"github.com/onevent/onevent/flow"
)

// A PausedPage is the functions that are paused, the next to be tried first.
type PausedPage struct {
	Paused []Pause `json:"paused"`
}

// A Pause is that of a function which keeps failing.
type Pause struct {
	Function string `json:"function"`
	// Error is what the last attempt ended with.
	Error string    `json:"error"`
	Since flow.Time `json:"since"`
	// Probes counts the attempts since, and Next is when the next one is.
	Probes int       `json:"probes"`
	Next   flow.Time `json:"next"`
	// Event is the one that it is tried with.
	Event string `json:"event"`
}

func (e *edge) paused(w http.ResponseWriter, r *http.Request) error {
	if _, err := parameters(r); err != nil {
		return err
	}
	all, err := e.system.Paused(r.Context())
	if err != nil {
		return err
	}
	page := PausedPage{Paused: make([]Pause, len(all))}
	for i, p := range all {
		page.Paused[i] = Pause{Function: p.Function, Error: p.Error, Since: p.Since, Probes: p.Probes, Next: p.Next, Event: p.Failure.Event.ID}
	}
	return answer(w, http.StatusOK, page)
}
