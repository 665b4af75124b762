package flowtest

import (
	"math/rand/v2"
	"testing"

	"github.com/onevent/onevent/flow"
)

// A ViewTest is a test of a view or tally: Given, then Then.
type ViewTest struct {
	t      testing.TB
	view   flow.Function
	events []flow.Event
}

// View begins a test of a view or tally.
func View(t testing.TB, view flow.Function) *ViewTest {
	t.Helper()
	return &ViewTest{t: t, view: view}
}

// Given adds events, in the order of the log.
func (v *ViewTest) Given(events ...flow.Event) *ViewTest {
	v.events = append(v.events, events...)
	return v
}

// Then fails the test unless the events make this document. For a tally it also
// applies them in 20 other orders.
func (v *ViewTest) Then(key string, want any) {
	v.t.Helper()
	v.compare(key, want, v.events, "in the order given")
	if v.view.Kind() != flow.KindTally {
		return
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not for secrets
	for range 20 {
		shuffled := append([]flow.Event(nil), v.events...)
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		v.compare(key, want, shuffled, "in the order "+show(shuffled))
	}
}

func (v *ViewTest) compare(key string, want any, events []flow.Event, order string) {
	v.t.Helper()
	got, err := v.view.Fold(key, events...)
	if err != nil {
		v.t.Fatalf("view %s: %v", v.view.Name(), err)
	}
	if show(got) != show(want) {
		v.t.Fatalf("view %s, document %q, events %s:\n  %s\nwant\n  %s", v.view.Name(), key, order, show(got), show(want))
	}
}
