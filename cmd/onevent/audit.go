package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"time"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/edge"
)

const auditHelp = `onevent audit                     once, while the system works or not
onevent audit -wait 2m            until nothing is in flight
onevent audit -data .onevent      of a folder, also while an emulator works on it
onevent audit -json | jq .in_flight
onevent audit -redecide           which decisions the code of the system would make otherwise
onevent audit -redecide -data D   the same for the code of this program, on a folder

Accepted is every event that has a function; it must be handled, in flight or
parked. The exit code is 1 if that does not add up or a stream is broken; with
-wait, also if something is in flight or a document stale when the time is over;
with -redecide, if a decision differs. An audit reads the whole log.`

// The pauses between two audits that wait: doubled from the first to the longest.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// audit prints what a look at the whole log finds.
func audit(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	wait := f.Duration("wait", 0, "ask again until nothing is in flight, at most for this `time`, as in 30s or 5m")
	redecide := f.Bool("redecide", false, "make every decision in the log again, and compare")
	asJSON := f.Bool("json", false, "print the answer as JSON")
	return func(ctx context.Context, words []string) error {
		switch {
		case len(words) > 0:
			return usageError("audit takes no words")
		case *wait < 0:
			return usageError("-wait is negative")
		case *wait > 0 && *redecide:
			return usageError("-wait and -redecide exclude each other")
		}
		p.patience = readWithin
		if *redecide {
			return p.redecide(ctx, *asJSON)
		}
		a, err := p.auditFor(ctx, *wait)
		if err != nil {
			return err
		}
		if *asJSON {
			err = indented(p.out, a)
		} else {
			p.tellAudit(a)
		}
		return errors.Join(err, verdict(a, *wait))
	}
}

// auditFor audits until there is nothing to wait for, or the time is over. What
// is broken stays so, and is not waited for.
func (p *program) auditFor(ctx context.Context, wait time.Duration) (a edge.Audit, err error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		began := time.Now()
		err = p.get(ctx, "/audit", nil, &a)
		again := isBusy(err) || err == nil && a.InFlight+a.Stale > 0 && verdict(a, 0) == nil
		// A log that takes long to read is not read all the time.
		if !again || clock.Sleep(waiting, max(pause, time.Since(began))) != nil {
			return a, err
		}
	}
}

// isBusy says whether the system reads its log for somebody else.
func isBusy(err error) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && p.Status == http.StatusTooManyRequests
}

// verdict returns what is wrong, if anything is.
func verdict(a edge.Audit, waited time.Duration) error {
	switch {
	case !a.AddsUp:
		return fmt.Errorf("it does not add up: %d accepted, and %d handled, in flight or parked", a.Accepted, a.Handled+a.InFlight+a.Parked)
	case a.Broken > 0:
		return fmt.Errorf("%s broken", are(a.Broken, "thing"))
	case waited > 0 && a.InFlight > 0:
		return fmt.Errorf("%s still in flight", are(a.InFlight, "event"))
	case waited > 0 && a.Stale > 0:
		return fmt.Errorf("%s still stale", are(a.Stale, "document"))
	}
	return nil
}

func (p *program) tellAudit(a edge.Audit) {
	for _, line := range []struct {
		name  string
		count int
		what  string
	}{
		{"accepted", a.Accepted, "events that have a function, of " + plural(a.Events, "event") + " in " + plural(a.Records, "record")},
		{"handled", a.Handled, "with their outcome in the log"},
		{"in flight", a.InFlight, "on their way"},
		{"parked", a.Parked, "given up; with views and what can't be read, " + plural(a.Given, "handling")},
		{"documents", a.Documents, "in all views"},
		{"stale", a.Stale, "documents that differ from the log, or are behind it"},
		{"broken", a.Broken, "gaps, forks, changed records, wrong heads"},
	} {
		fmt.Fprintf(p.out, "%-10s%9d  %s\n", line.name, line.count, p.paint(dim, line.what))
	}
	sum := fmt.Sprintf("%d handled + %d in flight + %d parked", a.Handled, a.InFlight, a.Parked)
	if a.AddsUp {
		fmt.Fprintf(p.out, "%s it adds up: %d accepted = %s\n", p.paint(green, "✓"), a.Accepted, sum)
	} else {
		fmt.Fprintf(p.out, "%s it does not add up: %d accepted, %s\n", p.paint(red, "✗"), a.Accepted, sum)
	}
	p.tellFirst("broken", a.Broken, a.First.Broken)
	p.tellFirst("stale", a.Stale, a.First.Stale)
	p.tellWaiting(a)
}

// maxListed is how many things of a kind are told one by one.
const maxListed = 20

// tellFirst prints the first things of a kind.
func (p *program) tellFirst(name string, count int, first []string) {
	if count == 0 {
		return
	}
	fmt.Fprintf(p.out, "\n%s\n", p.paint(bold, name))
	first = first[:min(len(first), maxListed)]
	for _, text := range first {
		fmt.Fprintf(p.out, "%s %s\n", p.paint(red, "✗"), clean(text))
	}
	p.tellMore(count - len(first))
}

func (p *program) tellMore(n int) {
	if n > 0 {
		fmt.Fprintf(p.out, "… and %d more\n", n)
	}
}

// tellWaiting prints the oldest events in flight.
func (p *program) tellWaiting(a edge.Audit) {
	if a.InFlight == 0 {
		return
	}
	fmt.Fprintf(p.out, "\n%s\n", p.paint(bold, "in flight, the oldest first"))
	rows := [][]string{{"AGE", "EVENT", "FUNCTION", "FLOW"}}
	for _, w := range a.First.InFlight[:min(len(a.First.InFlight), maxListed)] {
		rows = append(rows, []string{p.age(w.Time), w.Type + " " + keyOf(w.Stream), w.Function, w.Correlation})
	}
	p.table(rows)
	p.tellMore(a.InFlight - len(rows) + 1)
}

// plural returns a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// redecide prints the decisions that would be others now.
func (p *program) redecide(ctx context.Context, asJSON bool) error {
	var all edge.Redecided
	if err := p.get(ctx, "/redecide", nil, &all); err != nil {
		return err
	}
	if asJSON {
		if err := indented(p.out, all); err != nil {
			return err
		}
	} else {
		p.tellRedecided(all)
	}
	if all.Differ > 0 {
		return fmt.Errorf("%d of the decisions in the log would be others now", all.Differ)
	}
	return nil
}

func (p *program) tellRedecided(all edge.Redecided) {
	if all.Differ == 0 {
		fmt.Fprintln(p.out, p.paint(green, "✓"), "every decision in the log would be the same now")
		return
	}
	first := all.First[:min(len(all.First), maxListed)]
	for _, d := range first {
		fmt.Fprintf(p.out, "%s %s %s\n", p.paint(red, "✗"), p.paint(bold, clean(d.Function)), clean(whereOf(d)))
		p.tellDecision("was", d.Was)
		if d.Error != "" {
			fmt.Fprintf(p.out, "  now fails: %s\n", p.paint(red, clean(d.Error)))
			continue
		}
		p.tellDecision("now", d.Now)
	}
	p.tellMore(all.Differ - len(first))
}

// whereOf says on what, and what for, a decision was made.
func whereOf(d edge.Difference) string {
	text := "on " + d.Stream
	if d.Seq > 0 {
		text += fmt.Sprintf(", number %d", d.Seq)
	}
	if d.Command != "" {
		return text + ", asked by " + d.Command
	}
	return text + ", on event " + d.Cause
}

func (p *program) tellDecision(when string, lines []string) {
	if len(lines) == 0 {
		lines = []string{"nothing"}
	}
	for _, line := range lines {
		fmt.Fprintf(p.out, "  %s %s\n", p.paint(dim, when), clean(line))
	}
}
