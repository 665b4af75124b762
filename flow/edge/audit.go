package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/onevent/onevent/flow"
)

// maxFirst is how many things of a kind an audit tells one by one.
const maxFirst = 100

// An Audit is what a look at the whole log found; see [flow.Audit].
type Audit struct {
	Records int `json:"records"`
	Events  int `json:"events"`
	// Accepted counts the events that have a function: it is Handled, InFlight
	// and Parked together, which AddsUp says.
	Accepted int  `json:"accepted"`
	Handled  int  `json:"handled"`
	InFlight int  `json:"in_flight"`
	Parked   int  `json:"parked"`
	AddsUp   bool `json:"adds_up"`
	// Given counts all handlings that were given up, those of views too.
	Given int `json:"given"`
	// Documents counts those of all views, Stale those that differ from the
	// fold of the log, and Broken what is wrong with streams.
	Documents int `json:"documents"`
	Stale     int `json:"stale"`
	Broken    int `json:"broken"`
	// First are the first 100 of each, those in flight in the order of the log.
	First AuditFirst `json:"first"`
}

// AuditFirst tells the first of what an audit counts.
type AuditFirst struct {
	InFlight []Waiting `json:"in_flight"`
	Stale    []string  `json:"stale"`
	Broken   []string  `json:"broken"`
}

// Waiting is an event in flight.
type Waiting struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Stream string `json:"stream"`
	// Function is the one that is to handle it.
	Function    string    `json:"function"`
	Correlation string    `json:"correlation"`
	Time        flow.Time `json:"time"`
	// At is Time as RFC 3339, in UTC.
	At string `json:"at"`
}

func (e *edge) audit(w http.ResponseWriter, r *http.Request) error {
	found, err := e.system.Audit(r.Context())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, e.auditOf(found))
}

func (e *edge) auditOf(a flow.Audit) Audit {
	return Audit{
		Records: a.Records, Events: a.Events, Accepted: a.Accepted, Handled: a.Handled, InFlight: len(a.InFlight), Parked: a.Parked,
		AddsUp: a.Accepted == a.Handled+len(a.InFlight)+a.Parked,
		Given:  a.Given, Documents: a.Documents, Stale: len(a.Stale), Broken: len(a.Broken),
		First: AuditFirst{InFlight: e.waiting(first(a.InFlight)), Stale: first(a.Stale), Broken: first(a.Broken)},
	}
}

func (e *edge) waiting(events []flow.Recorded) []Waiting {
	functions := map[string]string{}
	for _, info := range Events(e.app) {
		functions[info.Type] = info.Function
	}
	list := make([]Waiting, len(events))
	for i, r := range events {
		list[i] = Waiting{
			ID: r.ID, Type: r.Type, Stream: r.Stream, Function: functions[r.Type], Correlation: r.Correlation, Time: r.Time, At: r.Time.String(),
		}
	}
	return list
}

// first returns the first things of a list, which is never nil.
func first[T any](list []T) []T {
	return append([]T{}, list[:min(len(list), maxFirst)]...)
}

// onTime says that reading the log took too long, if that is what is wrong.
func (e *edge) onTime(err error) error {
	if !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	p := problem(http.StatusServiceUnavailable, "too-slow", "the log was not read in %v, which is the limit here; nothing was changed", e.longTimeout)
	return fmt.Errorf("edge: %w: %w", p, err)
}
