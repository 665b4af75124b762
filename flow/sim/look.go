package sim

import (
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// accounted checks P11 in the middle of a run: every event that is neither handled
// nor parked is somewhere, so that it will be.
func (w *World) accounted() {
	if w.violation != nil || w.watch.Grace > 0 {
		return // messages may be lost, and will be found again
	}
	outbox := map[string]bool{}
	for item, err := range w.base.Agenda.Due(w.ctx, driver.Outbox, driver.Forever, 0) {
		if err == nil {
			outbox[item.ID] = true
		}
	}
	for id, e := range w.ledger.events {
		f, ok := w.ledger.takerOf(e.typ)
		if !ok {
			continue
		}
		if _, handled := w.ledger.handled[f.Name()+" on "+id]; handled {
			continue
		}
		if !w.broker.holds(f.Name(), id) && !w.ledger.waits(f.Name(), id) && !outbox[e.record] && !w.willPublish(e) {
			w.violate("P11", e.correlation, "%s %s waits for %s and is nowhere", e.typ, id, f.Name())
		}
	}
}

// takerOf returns the function of an event.
func (l *ledger) takerOf(typ string) (flow.Function, bool) {
	for _, f := range l.functions {
		if (f.Kind() == flow.KindOn || f.Kind() == flow.KindEffect) && slices.Contains(f.Inputs(), typ) {
			return f, true
		}
	}
	return flow.Function{}, false
}

// willPublish says whether somebody still has to publish an event: who handled its
// cause is not done, or the deadline that it was is still on the agenda.
func (w *World) willPublish(e known) bool {
	if _, err := w.base.Agenda.Get(w.ctx, driver.Deadlines, e.record); err == nil {
		return true
	}
	record, err := w.base.Log.Record(w.ctx, e.record)
	if err != nil {
		return false
	}
	r, err := readRecord(record)
	if err != nil {
		return false
	}
	return w.broker.holds(r.Function, r.Cause) || w.ledger.waits(r.Function, r.Cause) || w.watched(r)
}

// watched says whether a record is one of the engine's own on a function that it
// still looks after.
func (w *World) watched(r stored) bool {
	_, name, _ := strings.Cut(r.Stream, "/")
	_, err := w.base.Agenda.Get(w.ctx, driver.Paused, name)
	return err == nil
}

// look checks, when all is at rest, what the log and the views say: with the real
// engine, and nothing may follow from that.
func (w *World) look() {
	if w.violation != nil {
		return
	}
	w.looking = true
	for version := 1; version <= 2; version++ {
		system, err := flow.New(w.scenario.App(w, version), w.inspection())
		if err != nil {
			w.violate("P7", "", "%v", err)
			return
		}
		if version == 1 {
			w.audit(system)
		}
		w.redecide(system, version)
	}
	for _, v := range w.invariants {
		if err := v.End(); err != nil {
			w.violate("P5", "", "%v", err)
		}
	}
}

// redecide checks P7: what a version decided, it decides again.
func (w *World) redecide(system *flow.System, version int) {
	for d, err := range system.Redecide(w.ctx) {
		if err != nil {
			w.violate("P7", "", "%v", err)
			return
		}
		if w.ledger.deciders[d.Record] == version {
			w.violate("P7", "", "decided again: %s", d)
		}
	}
}

func (w *World) audit(system *flow.System) {
	a, err := system.Audit(w.ctx)
	switch {
	case err != nil:
		w.violate("P10", "", "audit: %v", err)
	case len(a.Broken) > 0:
		w.violate("P10", "", "audit: %s", a.Broken[0])
	case len(a.InFlight) > 0:
		w.violate("P1", a.InFlight[0].Correlation, "%s %s was never handled", a.InFlight[0].Type, a.InFlight[0].ID)
	case len(a.Stale) > 0:
		w.violate("P4", "", "the document %s is not the fold of the log", a.Stale[0])
	case a.Given > 0:
		w.violate("P11", "", "%d are parked though everything can be handled%s", a.Given, w.stuck())
	case a.Accepted != a.Handled:
		w.violate("P11", "", "%d events were accepted and %d handled", a.Accepted, a.Handled)
	}
	for key, receipt := range w.ledger.receipts {
		record, err := w.base.Log.Record(w.ctx, receipt.ID)
		if err != nil || record.Count != len(receipt.Events) {
			w.violate("P1", receipt.Correlation, "%s was acknowledged, and its record has %d events: %v", key, record.Count, err)
		}
	}
}
