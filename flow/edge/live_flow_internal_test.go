package edge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
)

// stateOf returns the state in which events, by their places in the log, were told
// in an order.
func stateOf(t *testing.T, places ...int) *state {
	t.Helper()
	s := newState()
	s.ready = true
	for _, n := range places {
		if err := s.add(flow.Recorded{ID: fmt.Sprintf("e-%d", n), Time: flow.Time(n), Data: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// lineOf returns the value of a field of a server-sent event.
func lineOf(frame []byte, field string) string {
	_, rest, _ := strings.Cut(string(frame), field+": ")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

// TestNobodyMissesAnEventThatWasRecordedLate has events recorded in any order,
// and a reader who is cut off again and again, and comes back to another edge,
// which was told of them in another order. He misses none; while all come in the
// order of the log, he gets none twice.
func TestNobodyMissesAnEventThatWasRecordedLate(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 1))
		const events = 6
		recorded := random.Perm(events)
		inOrder := seed%3 == 0
		if inOrder {
			slices.Sort(recorded)
		}
		got, last := map[string]int{}, ""
		for there := 1; there <= events; there++ {
			arrived := slices.Clone(recorded[:there])
			if random.IntN(2) == 0 {
				slices.Sort(arrived) // an edge that has just begun has the log's order
			}
			frames := followerAt(last).next(stateOf(t, arrived...))
			if there < events { // he gets some of it and is cut off; at the end he gets all
				frames = frames[:random.IntN(len(frames)+1)]
			}
			for _, f := range frames {
				got[lineOf(f, "data")]++
				last = lineOf(f, "id")
			}
		}
		if len(got) != events {
			t.Fatalf("seed %d: of events that were recorded as %v the reader has %v", seed, recorded, got)
		}
		for data, times := range got {
			if inOrder && times != 1 {
				t.Fatalf("seed %d: %s came %d times", seed, data, times)
			}
		}
	}
}

func TestAFlowThatGrowsTooLargeIsFollowedNoMore(t *testing.T) {
	t.Parallel()
	s := newState()
	big := []byte(`"` + strings.Repeat("x", maxFlowBytes/4) + `"`)
	for i := range 4 {
		err := s.add(flow.Recorded{ID: fmt.Sprint(i), Time: flow.Time(i), Data: big})
		var p *Problem
		if refused := errors.As(err, &p) && p.Status == http.StatusRequestEntityTooLarge; refused != (i == 3) {
			t.Fatalf("the event %d: %v", i, err)
		}
	}
}

func TestFramesHaveNoOtherLines(t *testing.T) {
	t.Parallel()
	const want = "event: page\nid: 1\ndata: {\ndata: }\n\n"
	if got := string(frameOf("page", "1", []byte("{\n}\n"))); got != want {
		t.Errorf("got %q", got)
	}
}
