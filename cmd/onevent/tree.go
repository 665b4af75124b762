package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/edge"
)

// printFlow prints the events of a flow as a tree: what was caused by an event
// stands below it.
func printFlow(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	asJSON := f.Bool("json", false, "print one JSON object a line, in the order of the log")
	return func(ctx context.Context, words []string) error {
		if len(words) != 1 {
			return usageError("flow takes one ID: a flow's, a stream's as in order/42, or an order's")
		}
		correlation, err := p.correlation(ctx, words[0])
		if err != nil {
			return err
		}
		events, err := p.events(ctx, "/flows/"+url.PathEscape(correlation))
		if err != nil {
			return err
		}
		if *asJSON {
			for _, e := range events {
				if err := jsonLine(p.out, e); err != nil {
					return err
				}
			}
			return nil
		}
		if len(events) > 0 {
			p.printTree(correlation, events)
		}
		return nil
	}
}

// correlation returns the flow that an ID names: a flow's own ID, the stream's
// that it began, or, without a namespace, the order's.
func (p *program) correlation(ctx context.Context, id string) (string, error) {
	if !strings.Contains(id, "/") {
		correlation, err := p.first(ctx, "/flows/"+url.PathEscape(id))
		if !isNotFound(err) {
			return correlation, err
		}
		id = "order/" + id
	}
	namespace, key, _ := strings.Cut(id, "/")
	correlation, err := p.first(ctx, "/streams/"+url.PathEscape(namespace)+"/"+url.PathEscape(key))
	if isNotFound(err) {
		return "", fmt.Errorf("there is neither a flow nor a stream %s", clean(id))
	}
	return correlation, err
}

// first returns the flow of the first event that a path of the edge tells.
func (p *program) first(ctx context.Context, path string) (correlation string, err error) {
	var page edge.EventPage
	if err := p.get(ctx, path, url.Values{"limit": {"1"}}, &page); err != nil {
		return "", err
	}
	if len(page.Events) == 0 {
		return "", fmt.Errorf("%s holds no event", path)
	}
	return page.Events[0].Correlation, nil
}

func isNotFound(err error) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && p.Status == http.StatusNotFound
}

// events returns all events that a path of the edge tells, page by page.
func (p *program) events(ctx context.Context, path string) ([]edge.Event, error) {
	query := url.Values{"limit": {pageLimit}}
	var events []edge.Event
	for {
		var page edge.EventPage
		if err := p.get(ctx, path, query, &page); err != nil {
			return nil, err
		}
		events = append(events, page.Events...)
		if page.Next == "" {
			return events, nil
		}
		if err := checkNext(query.Get("after"), page.Next); err != nil {
			return nil, err
		}
		query.Set("after", page.Next)
	}
}

// A tree prints events below what caused them.
type tree struct {
	*program
	began    time.Time
	children map[string][]edge.Event // by the ID of their cause
	// columns are how wide the branches and the streams are.
	columns [2]int
}

func (p *program) printTree(correlation string, events []edge.Event) {
	t := tree{program: p, began: events[0].Time.Time(), children: map[string][]edge.Event{}, columns: [2]int{50, 22}}
	known := map[string]bool{}
	for _, e := range events {
		if known[e.ID] || e.ID == "" {
			continue // one that is its own cause has no end
		}
		parent := e.Cause
		if !known[parent] {
			parent = ""
		}
		known[e.ID] = true
		t.children[parent] = append(t.children[parent], e)
	}
	if p.width > 0 {
		t.columns = t.widest("", 1)
	}
	took := events[len(events)-1].Time.Time().Sub(t.began)
	fmt.Fprintf(p.out, "%s %s, %d events, from %s, %s\n", p.paint(bold, "flow"), clean(correlation), len(events),
		t.began.Format("2006-01-02 15:04:05 MST"), short(took))
	for i, e := range t.children[""] {
		t.print(e, "", i == len(t.children[""])-1)
	}
}

// widest returns how wide the columns need to be for what is below a cause.
func (t tree) widest(cause string, depth int) (columns [2]int) {
	for _, e := range t.children[cause] {
		below := t.widest(e.ID, depth+1)
		columns[0] = max(columns[0], below[0], 3*depth+utf8.RuneCountInString(clean(e.Type))+2)
		columns[1] = max(columns[1], below[1], utf8.RuneCountInString(clean(e.Stream)))
	}
	return columns
}

// reason returns why there is an event.
func reason(e edge.Event) string {
	source, told := strings.CutPrefix(e.Command, "webhook.")
	switch {
	case told:
		return "told by " + source
	case e.Command != "":
		return e.Command + " from " + e.Actor
	}
	return "by " + e.Function
}

// print prints an event and all that it caused. Before roots stands who asked.
func (t tree) print(e edge.Event, indent string, last bool) {
	branch, below := "├─ ", "│  "
	if last {
		branch, below = "└─ ", "   "
	}
	typ := clean(e.Type)
	text := indent + branch + typ
	padding := strings.Repeat(" ", max(1, t.columns[0]-utf8.RuneCountInString(text)))
	stream := fmt.Sprintf("%-*s", t.columns[1], clean(e.Stream))
	after := fmt.Sprintf("%9s  ", "+"+short(e.Time.Time().Sub(t.began)))
	used := utf8.RuneCountInString(text + padding + stream + after)
	fmt.Fprintf(t.out, "%s%s%s%s%s\n", t.paint(dim, indent+branch), t.paint(colourOf(e.Type), typ), padding,
		stream, t.paint(dim, after+t.fit(used, clean(reason(e)))))
	for i, child := range t.children[e.ID] {
		t.print(child, indent+below, i == len(t.children[e.ID])-1)
	}
}

// short returns a duration with as many digits as people read.
func short(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
