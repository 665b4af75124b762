package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

const parkedHelp = `onevent parked                                  the list, what is tried again next first
onevent parked -function charge-card -error timeout
onevent parked -json | jq -r .id
onevent parked 3336e0b9-0                       one, with its history; an ID may be cut short
onevent parked -redrive 3336e0b9-0              handles it again, now
onevent parked -redrive-all -function charge-card -rate 5
onevent parked -redrive-all -yes                all of it, without asking
onevent parked -retrying                        what failed and is still tried

-redrive-all schedules: the ticks of the system do the work, those of the next
emulator if -data names a folder. What fails again stays parked, and doing it
twice does no harm. -redrive exits with 1 if the function fails again.`

// A parking is what the verb parked was asked for.
type parking struct {
	*program
	selected   map[string]*string // the filters, by name
	retrying   bool
	redrive    string
	redriveAll bool
	rate       float64
	yes, json  bool
}

// parked lists what was given up or is tried again, shows one, and redrives.
func parked(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	k := parking{program: p, selected: map[string]*string{
		"function": f.String("function", "", "only handlings of this `function`"),
		"error":    f.String("error", "", "only where the last error holds this `text`"),
		"type":     f.String("type", "", "only events of this `type`, as in order.created"),
	}}
	f.BoolVar(&k.retrying, "retrying", false, "what failed and will be tried again, instead of what was given up")
	f.StringVar(&k.redrive, "redrive", "", "handle the event with this `ID` again")
	f.BoolVar(&k.redriveAll, "redrive-all", false, "have everything that the filters select handled again")
	f.Float64Var(&k.rate, "rate", 0, "with -redrive-all: `N` a second (default: all at once)")
	f.BoolVar(&k.yes, "yes", false, "with -redrive-all: do not ask")
	f.BoolVar(&k.json, "json", false, "print JSON: one object a line in a list")
	return func(ctx context.Context, words []string) error {
		given := map[string]bool{}
		f.Visit(func(flag *flag.Flag) { given[flag.Name] = true })
		if err := k.check(given, words); err != nil {
			return err
		}
		switch {
		case k.redriveAll:
			return k.scheduleAll(ctx)
		case k.redrive != "":
			return k.redriveOne(ctx)
		case len(words) == 1:
			return k.show(ctx, words[0])
		}
		return k.list(ctx)
	}
}

// check refuses flags that contradict each other, and empty ones: in a script
// they are variables that somebody forgot to set.
func (k *parking) check(given map[string]bool, words []string) error {
	filters := 0
	for name, value := range k.selected {
		if !given[name] {
			continue
		}
		if filters++; *value == "" {
			return usageError("-%s is empty; leave it out to select all", name)
		}
	}
	one := len(words) == 1 || given["redrive"]
	switch {
	case len(words) > 1:
		return usageError("parked takes one ID, or none for the list")
	case given["redrive"] && k.redrive == "" || len(words) == 1 && words[0] == "":
		return usageError("the ID is empty; onevent parked lists them")
	case len(words) == 1 && (given["redrive"] || k.redriveAll) || given["redrive"] && k.redriveAll:
		return usageError("an ID, -redrive and -redrive-all exclude each other")
	case one && filters > 0:
		return usageError("with an ID there is nothing to filter")
	case k.retrying && (given["redrive"] || k.redriveAll):
		return usageError("what is retried will be handled again anyway; only what is parked is redriven")
	case !k.redriveAll && (given["rate"] || given["yes"]):
		return usageError("-rate and -yes go with -redrive-all")
	case given["rate"] && !(k.rate > 0):
		return usageError("-rate is how many a second; it is more than 0")
	}
	return nil
}

// kind returns the name of the list that is meant.
func (k *parking) kind() string {
	if k.retrying {
		return "retrying"
	}
	return "parked"
}

// each does something with all failures of the list that the filters select,
// page by page.
func (k *parking) each(ctx context.Context, do func(flow.Failure) error) error {
	query := url.Values{"limit": {pageLimit}}
	for name, value := range k.selected {
		if *value != "" {
			query.Set(name, *value)
		}
	}
	for {
		var page struct {
			Parked, Retrying []flow.Failure
			Next             string
		}
		if err := k.get(ctx, "/"+k.kind(), query, &page); err != nil {
			return err
		}
		for _, failure := range append(page.Parked, page.Retrying...) {
			if err := do(failure); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		if err := checkNext(query.Get("after"), page.Next); err != nil {
			return err
		}
		query.Set("after", page.Next)
	}
}

func (k *parking) list(ctx context.Context) error {
	rows := [][]string{{"ID", "EVENT", "FUNCTION", "ATTEMPTS", "NEXT TRY", "ERROR"}}
	err := k.each(ctx, func(f flow.Failure) error {
		if k.json {
			return jsonLine(k.out, f)
		}
		rows = append(rows, k.row(f))
		return nil
	})
	switch {
	case err != nil || k.json:
		return err
	case len(rows) > 1:
		k.table(rows)
	case len(k.filters()) > 0:
		fmt.Fprintf(k.out, "nothing of that is %s\n", k.kind())
	case k.retrying:
		fmt.Fprintln(k.out, "nothing waits to be tried again")
	default:
		fmt.Fprintln(k.out, "nothing is parked")
	}
	return nil
}

// row returns a failure's line in the list. On a terminal it is made short.
func (k *parking) row(f flow.Failure) []string {
	id, text := f.ID, f.Error
	if k.width > 0 {
		id, text = shortID(id), cutAfter(text, maxErrorCell)
	}
	return []string{id, eventName(f), f.Function, strconv.Itoa(f.Attempts), k.nextTry(f), text}
}

// maxErrorCell is how many characters of an error a list shows on a terminal.
const maxErrorCell = 120

func cutAfter(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// eventName returns the type of a failure's event, and the key of its stream.
func eventName(f flow.Failure) string {
	if f.Message != nil {
		return "(unreadable) " + f.Message.Topic
	}
	return f.Event.Type + " " + keyOf(f.Event.Stream)
}

// nextTry says when a failure is tried next.
func (k *parking) nextTry(f flow.Failure) string {
	switch {
	case f.Held:
		return "paused"
	case f.Next == 0:
		return "by hand"
	}
	return k.until(f.Next)
}

// until says how far away a time is.
func (p *program) until(t driver.Time) string {
	if d := t.Time().Sub(p.now()); d > 0 {
		return "in " + roughly(d)
	}
	return "now"
}

// age says how long ago a time was.
func (p *program) age(t driver.Time) string { return roughly(max(0, p.now().Sub(t.Time()))) }

// roughly returns a duration as people say it.
func roughly(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
