package flow

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A memory is which events made a document, as a driver's Document.Memory in
// JSON. It lets a document skip what it has, and fold again what came late.
type memory struct {
	// Shape is the type of the document's body.
	Shape string `json:"shape"`
	// Time, Stream and Seq are the place in the log of the latest event.
	Time   Time   `json:"time"`
	Stream string `json:"stream"`
	Seq    uint64 `json:"seq"`
	// Seen holds, for each stream, the sequences as ascending ranges
	// [first, last].
	Seen map[string][]span `json:"seen"`
}

type span [2]uint64

func readMemory(data []byte) (memory, error) {
	m := memory{Seen: map[string][]span{}}
	if len(data) == 0 {
		return m, nil
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("memory: %w", err)
	}
	if m.Seen == nil {
		m.Seen = map[string][]span{}
	}
	for stream, spans := range m.Seen {
		if !ascending(spans) {
			return m, fmt.Errorf("memory: the sequences of %s are %v, not ascending ranges", stream, spans)
		}
	}
	return m, nil
}

// ascending says whether ranges are at least one, none empty, each behind the
// one before it.
func ascending(spans []span) bool {
	for i, s := range spans {
		if s[0] > s[1] || i > 0 && spans[i-1][1] >= s[0] {
			return false
		}
	}
	return len(spans) > 0
}

// has says whether the document holds an event.
func (m memory) has(e Recorded) bool {
	_, found := slices.BinarySearchFunc(m.Seen[e.Stream], e.Seq, compareSpan)
	return found
}

func compareSpan(s span, seq uint64) int {
	switch {
	case s[1] < seq:
		return -1
	case s[0] > seq:
		return 1
	}
	return 0
}

// follows says whether an event is later than all that the document holds.
func (m memory) follows(e Recorded) bool {
	return Recorded{Time: m.Time, Stream: m.Stream, Seq: m.Seq}.before(e)
}

// add remembers an event that the document did not hold.
func (m *memory) add(e Recorded) {
	spans := m.Seen[e.Stream]
	i, _ := slices.BinarySearchFunc(spans, e.Seq, compareSpan)
	afterLast := i > 0 && spans[i-1][1]+1 == e.Seq
	beforeNext := i < len(spans) && e.Seq+1 == spans[i][0]
	switch {
	case afterLast && beforeNext:
		spans[i-1][1] = spans[i][1]
		spans = slices.Delete(spans, i, i+1)
	case afterLast:
		spans[i-1][1] = e.Seq
	case beforeNext:
		spans[i][0] = e.Seq
	default:
		spans = slices.Insert(spans, i, span{e.Seq, e.Seq})
	}
	m.Seen[e.Stream] = spans
	if m.follows(e) {
		m.Time, m.Stream, m.Seq = e.Time, e.Stream, e.Seq
	}
}
