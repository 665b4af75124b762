package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
)

const healthHelp = `onevent health
onevent health -json | jq -r '.paused[].function'
onevent health -addr https://orders.example && echo fine

A function that fails at many events in a row is paused: its events wait, and it
is tried with one of them from time to time. A flow is stalled if one of its
events waits for its function for long. The exit code is 1 if the system does not
answer, can't read its log, or has a paused function.`

// A report is how a system is.
type report struct {
	Version string       `json:"version,omitempty"`
	Paused  []edge.Pause `json:"paused"`
	Stalled []stalled    `json:"stalled"`
}

// A stalled flow is an incident of the view "incidents".
type stalled struct {
	Flow     string    `json:"flow"`
	Function string    `json:"function"`
	Standing string    `json:"standing"`
	Error    string    `json:"error,omitempty"`
	Since    time.Time `json:"since"`
}

// health prints which functions are paused, and which flows stalled.
func health(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	asJSON := f.Bool("json", false, "print the answer as JSON")
	return func(ctx context.Context, words []string) error {
		if len(words) > 0 {
			return usageError("health takes no words")
		}
		r, err := p.examine(ctx)
		if err != nil {
			return err
		}
		if *asJSON {
			err = indented(p.out, r)
		} else {
			p.tellHealth(r)
		}
		if n := len(r.Paused); n > 0 {
			err = errors.Join(err, fmt.Errorf("%s paused", are(n, "function")))
		}
		return err
	}
}

// are returns a number of things, and the verb that goes with it.
func are(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " is"
	}
	return plural(n, thing) + " are"
}

func (p *program) examine(ctx context.Context) (r report, err error) {
	var status struct{ Version string }
	if err := p.get(ctx, "/healthz", nil, &status); err != nil {
		return r, err
	}
	var paused edge.PausedPage
	if err := p.get(ctx, "/paused", nil, &paused); err != nil {
		return r, err
	}
	r.Version, r.Paused = status.Version, append([]edge.Pause{}, paused.Paused...)
	r.Stalled, err = p.stalled(ctx)
	return r, err
}

// maxStalled is how many stalled flows are looked into, the latest first.
const maxStalled = 100

// stalled returns the flows that stalled and did not go on since, the latest
// first; none if the application does not note them.
func (p *program) stalled(ctx context.Context) ([]stalled, error) {
	noted, err := p.noted(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(noted, func(a, b stalled) int { return b.Since.Compare(a.Since) })
	still := []stalled{}
	for _, s := range noted[:min(len(noted), maxStalled)] {
		on, err := p.wentOn(ctx, s)
		if err != nil {
			return nil, err
		}
		if !on {
			still = append(still, s)
		}
	}
	return still, nil
}

// noted returns the incidents of flows.
func (p *program) noted(ctx context.Context) (all []stalled, err error) {
	query := url.Values{"limit": {pageLimit}, "open": {"false"}}
	for {
		var page edge.DocumentPage
		err := p.get(ctx, "/views/incidents", query, &page)
		if err != nil {
			if isNotFound(err) {
				err = nil
			}
			return all, err
		}
		for _, d := range page.Documents {
			var s stalled
			if err := json.Unmarshal(d.Document, &s); err != nil {
				return nil, fmt.Errorf("the incident %s: %w", clean(d.Key), err)
			}
			if s.Flow != "" {
				all = append(all, s)
			}
		}
		if page.Next == "" {
			return all, nil
		}
		if err := checkNext(query.Get("after"), page.Next); err != nil {
			return nil, err
		}
		query.Set("after", page.Next)
	}
}

// wentOn says whether the function for which a flow waited has recorded something
// in it since.
func (p *program) wentOn(ctx context.Context, s stalled) (bool, error) {
	events, err := p.events(ctx, "/flows/"+url.PathEscape(s.Flow))
	if isNotFound(err) {
		return false, nil
	}
	return slices.ContainsFunc(events, func(e edge.Event) bool {
		return e.Function == s.Function && e.Time.Time().After(s.Since)
	}), err
}

func (p *program) tellHealth(r report) {
	answers := "the system answers"
	if r.Version != "" {
		answers += ", version " + clean(r.Version)
	}
	fmt.Fprintln(p.out, p.paint(green, "✓"), answers)
	if len(r.Paused) == 0 {
		fmt.Fprintln(p.out, p.paint(green, "✓"), "no function is paused")
	} else {
		fmt.Fprintln(p.out, p.paint(red, "✗"), are(len(r.Paused), "function"), "paused")
		rows := [][]string{{"FUNCTION", "FOR", "PROBES", "NEXT", "ERROR"}}
		for _, pause := range r.Paused {
			rows = append(rows, []string{pause.Function, p.age(pause.Since), strconv.Itoa(pause.Probes), p.until(pause.Next), pause.Error})
		}
		p.table(rows)
	}
	if len(r.Stalled) == 0 {
		fmt.Fprintln(p.out, p.paint(green, "✓"), "no flow is stalled")
		return
	}
	fmt.Fprintln(p.out, p.paint(red, "✗"), are(len(r.Stalled), "flow"), "stalled")
	rows := [][]string{{"FLOW", "FOR", "FUNCTION", "EVENT IS", "ERROR"}}
	for _, s := range r.Stalled[:min(len(r.Stalled), maxListed)] {
		rows = append(rows, []string{s.Flow, p.age(driver.TimeOf(s.Since)), s.Function, s.Standing, s.Error})
	}
	p.table(rows)
	p.tellMore(len(r.Stalled) - len(rows) + 1)
}
