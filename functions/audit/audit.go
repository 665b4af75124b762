// Package audit reads a whole log and tells whether what must always hold did
// hold: no gap in a stream, no credit beyond its limit or left behind, one end for
// each order, no money kept and no food cooked for nothing.
//
// It knows events only. What the functions meant is of no matter to it.
package audit

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/onevent/onevent/flow"
)

// MaxViolations is how many violations a report tells; the others are counted.
const MaxViolations = 100

// A Report is what an audit found.
type Report struct {
	// Orders = Completed + Cancelled + Open.
	Orders, Completed, Cancelled, Open int
	// Violations are sentences, those within the log first, in its order.
	Violations []string
	// Untold counts the violations beyond MaxViolations.
	Untold int
}

// Err returns an error with all violations, or nil if there are none.
func (r Report) Err() error {
	if len(r.Violations) == 0 {
		return nil
	}
	text := strings.Join(r.Violations, "\n  ")
	if r.Untold > 0 {
		text += fmt.Sprintf("\n  and %d more", r.Untold)
	}
	return fmt.Errorf("audit: %d violations:\n  %s", len(r.Violations)+r.Untold, text)
}

// Check audits the events of a whole log, in the order of the log. The system
// must be at rest: what is still under way is reported as a violation, since each
// order must end. An error means that the log could not be read.
//
// It keeps a few hundred bytes for each order.
func Check(events iter.Seq2[flow.Recorded, error]) (Report, error) {
	a := New()
	for e, err := range events {
		if err != nil {
			return Report{}, fmt.Errorf("audit: %w", err)
		}
		a.place(e)
		if err := a.read(e); err != nil {
			return Report{}, err
		}
	}
	return a.End(), nil
}

// An Auditor audits events one by one.
type Auditor struct {
	report   Report
	at       flow.Recorded // the event that is looked at
	readers  map[string]reader
	seqs     map[string]uint64
	accounts map[string]*account
	tales    map[string]*tale // by order
}

// New returns an auditor that has seen no event.
func New() *Auditor {
	a := &Auditor{seqs: map[string]uint64{}, accounts: map[string]*account{}, tales: map[string]*tale{}}
	a.readers = a.reads()
	return a
}

// Event audits one event: each stream in its order, causes before effects. It
// returns an error if what must always hold does not hold after it.
func (a *Auditor) Event(e flow.Recorded) error {
	known := len(a.report.Violations)
	a.at = e
	if err := a.read(e); err != nil {
		return err
	}
	if len(a.report.Violations) > known {
		return errors.New(a.report.Violations[known])
	}
	return nil
}

// End returns the report, when the system is at rest.
func (a *Auditor) End() Report {
	a.ends()
	return a.report
}

func (a *Auditor) read(e flow.Recorded) error {
	read, ok := a.readers[e.Type]
	if !ok {
		return nil
	}
	if err := read(e.Data); err != nil {
		return fmt.Errorf("audit: %s %d, %s: %w", e.Stream, e.Seq, e.Type, err)
	}
	return nil
}

// violation reports what is wrong at the event that is looked at.
func (a *Auditor) violation(format string, args ...any) {
	a.add(fmt.Sprintf("%s %d, %s: ", a.at.Stream, a.at.Seq, a.at.Type) + fmt.Sprintf(format, args...))
}

func (a *Auditor) add(violation string) {
	if len(a.report.Violations) == MaxViolations {
		a.report.Untold++
		return
	}
	a.report.Violations = append(a.report.Violations, violation)
}

// place checks where an event stands: after the one before it, in the log and in
// its stream.
func (a *Auditor) place(e flow.Recorded) {
	before := a.at
	a.at = e
	if compare(before, e) >= 0 {
		a.violation("stands after %s %d, which is later", before.Stream, before.Seq)
	}
	if last := a.seqs[e.Stream]; e.Seq != last+1 {
		a.violation("follows event %d of its stream", last)
	}
	a.seqs[e.Stream] = e.Seq
}

func compare(a, b flow.Recorded) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), strings.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
}
