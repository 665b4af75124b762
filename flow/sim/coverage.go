package sim

import (
	"errors"
	"maps"
	"slices"

	"github.com/onevent/onevent/flow"
)

// coverHandling counts how a handling ended.
func (w *World) coverHandling(h *flow.Handling, err error) {
	switch {
	case err == nil && h.Repeated:
		w.cover("outcome was there before")
	case err == nil && h.Kind == flow.KindOn && len(h.Emitted) == 0:
		w.cover("decided nothing")
	case errors.Is(err, flow.ErrContended):
		w.cover("gave up a stream that kept moving")
	case errors.Is(err, flow.ErrKeyReused):
		w.cover("key used for another command")
	case errors.Is(err, flow.ErrFailed):
		w.cover("function failed")
	}
}

// coverTick counts what a tick did.
func (w *World) coverTick(t flow.Ticked) {
	for what, n := range map[string]int{
		"deadline fell due": t.Deadlines, "command published by the tick": t.Published, "retried by the tick": t.Retried, "handed over": t.HandedOver,
		"redriven": t.Redriven, "published again": t.Nudged, "function recovered": t.Recovered,
	} {
		w.coverage[what] += n
	}
}

// paths are what every good run of many seeds reaches, besides the faults.
func paths() []string {
	all := []string{
		"outcome was there before", "decided nothing", "function failed", "deadline fell due", "command published by the tick",
		"retried by the tick", "handed over", "redriven", "published again", "function recovered", "command sent again", "command without an answer",
		"conflict of two", "dead letter", "redelivered while at work", "zombie came to its end", "waited in a mailbox", "stream", "scan",
		"put on parked", "put on paused", "put on unanswered", "call in an outage",
	}
	for _, p := range flow.Points() {
		all = append(all, "reached "+p, "crash at "+p)
	}
	for _, op := range []string{"head", "commit", "record", "publish", "view.get", "view.put", "agenda.put", "agenda.remove", "due"} {
		all = append(all, "crash at "+op)
	}
	return all
}

// Unreached returns what many seeds of a profile should have reached at least
// floor times and did not, sorted: faults, and rare paths of the engine. A
// simulation that never got there proves nothing about it.
func (s Summary) Unreached(floor int) []string {
	p, err := ProfileOf(s.Profile)
	if err != nil || len(p.Rates) == 0 {
		return nil
	}
	wanted := paths()
	for _, f := range Faults() {
		wanted = append(wanted, f.String())
	}
	var missing []string
	for _, what := range wanted {
		if s.Coverage[what] < floor {
			missing = append(missing, what)
		}
	}
	slices.Sort(missing)
	return missing
}

// add adds the coverage of one run.
func (s *Summary) add(coverage map[string]int) {
	for _, what := range slices.Sorted(maps.Keys(coverage)) {
		s.Coverage[what] += coverage[what]
	}
}
