package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/edge"
)

const (
	pageLimit = "1000"
	// followEvery is how often a log that is followed is asked for more, and
	// lookBack how far back.
	followEvery = 300 * time.Millisecond
	lookBack    = 5 * time.Second
)

// printLog prints the log, and with -f what comes to it.
func printLog(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	follow := f.Bool("f", false, "follow: print events as they are recorded, until interrupted")
	typ := f.String("type", "", "only events of this `type`, as in order.created")
	stream := f.String("stream", "", "only this `stream`, as in order/42, or this namespace")
	from := f.String("from", "", "only events from this `time` on: RFC 3339, or microseconds since 1970")
	asJSON := f.Bool("json", false, "print one JSON object a line")
	return func(ctx context.Context, words []string) error {
		if len(words) > 0 {
			return usageError("log takes no words; did you mean -stream %s?", words[0])
		}
		l := logPrinter{program: p, query: url.Values{"limit": {pageLimit}}, json: *asJSON, told: map[string]flow.Time{}}
		for name, value := range map[string]string{"type": *typ, "stream": *stream} {
			if value != "" {
				l.query.Set(name, value)
			}
		}
		if *follow {
			return l.follow(ctx, *from)
		}
		_, err := l.print(ctx, *from)
		return err
	}
}

type logPrinter struct {
	*program
	query url.Values
	json  bool
	told  map[string]flow.Time // events that were printed, by ID
	day   string               // of the last event that was printed
}

// follow prints events from a time on until ctx ends, which is how to end it. It
// looks back a little each time, because an event may be recorded after one with
// a later time.
func (l *logPrinter) follow(ctx context.Context, from string) error {
	for {
		latest, err := l.print(ctx, from)
		if err == nil {
			err = clock.Sleep(ctx, followEvery)
		}
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was told to end
		case err != nil:
			return err
		case latest > 0:
			back := max(latest.Add(-lookBack), 0)
			from = strconv.FormatInt(int64(back), 10)
			l.forget(back)
		}
	}
}

// print prints all events from a time on that were not printed, and returns the
// time of the latest.
func (l *logPrinter) print(ctx context.Context, from string) (latest flow.Time, err error) {
	for {
		l.query.Set("from", from)
		var page edge.EventPage
		if err := l.get(ctx, "/log", l.query, &page); err != nil {
			return latest, err
		}
		for _, e := range page.Events {
			latest = max(latest, e.Time)
			if _, ok := l.told[e.ID]; ok {
				continue
			}
			l.told[e.ID] = e.Time
			if err := l.printEvent(e); err != nil {
				return latest, err
			}
		}
		if page.Next == "" {
			return latest, nil
		}
		if err := checkNext(from, page.Next); err != nil {
			return latest, err
		}
		from = page.Next
	}
}

func (l *logPrinter) printEvent(e edge.Event) (err error) {
	if l.json {
		return jsonLine(l.out, e)
	}
	if day := e.Time.Time().Format("2006-01-02 MST"); day != l.day {
		l.day = day
		fmt.Fprintln(l.out, l.paint(bold, day))
	}
	_, err = fmt.Fprintln(l.out, l.eventLine(e))
	return err
}

// forget forgets the events before a time, which are not asked for again.
func (l *logPrinter) forget(before flow.Time) {
	for id, at := range l.told {
		if at < before {
			delete(l.told, id)
		}
	}
}
