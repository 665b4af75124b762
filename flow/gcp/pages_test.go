package gcp_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// many is more than a store reads at once, and no multiple of it.
const many = 150

func TestLogReadsPageByPage(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	fillStreams(t, s, 2, many)
	seqs := func(from, to uint64) (found []uint64) {
		for r, err := range s.Log().Stream(t.Context(), "order/1", from, to) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, r.Seq)
		}
		return found
	}
	for _, want := range [][2]uint64{{1, many}, {1, 64}, {1, 65}, {2, 128}, {many, many}} {
		if got := seqs(want[0], want[1]); !isRange(got, want[0], want[1]) {
			t.Errorf("stream from %d to %d is %v", want[0], want[1], got)
		}
	}
	if got := seqs(1, math.MaxUint64); !isRange(got, 1, many) {
		t.Errorf("the whole stream is %v", got)
	}
	for name, all := range map[string]func(func(driver.Record, error) bool){
		"flow": s.Log().Flow(t.Context(), "c"), "scan": s.Log().Scan(t.Context(), 0, driver.Forever),
	} {
		var times []driver.Time
		for r, err := range all {
			if err != nil {
				t.Fatal(err)
			}
			times = append(times, r.Time)
		}
		if len(times) != 2*many || !slices.IsSorted(times) {
			t.Errorf("%s has %d records, sorted: %t", name, len(times), slices.IsSorted(times))
		}
	}
}

func isRange(seqs []uint64, first, last uint64) bool {
	for i, s := range seqs {
		if s != first+uint64(i) {
			return false
		}
	}
	return uint64(len(seqs)) == last-first+1
}

func TestAgendaAndViewsReadPageByPage(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i := range 2 * many {
		item := driver.Item{Kind: driver.Deadlines, ID: fmt.Sprint(i), Due: driver.Time(2*many - i)}
		if err := s.Agenda().Put(t.Context(), item); err != nil {
			t.Fatal(err)
		}
		doc := driver.Document{View: "v", Key: fmt.Sprintf("%03d", i), Body: []byte(`{"x":1}`)}
		if err := s.Views().Put(t.Context(), doc, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, limit := range []int{0, 1, 64, 65, 200, 400} {
		want := 2 * many
		if limit > 0 {
			want = min(limit, want)
		}
		checkDue(t, s, limit, want)
		checkQuery(t, s, limit, want)
	}
	if err := s.Views().Drop(t.Context(), "v"); err != nil {
		t.Fatal(err)
	}
	checkQuery(t, s, 0, 0)
	if marked, err := s.Views().Marked(t.Context(), "v", "299"); marked || err != nil {
		t.Errorf("marked: %t, %v", marked, err)
	}
}

func checkDue(t *testing.T, s *gcp.Store, limit, want int) {
	t.Helper()
	n := 0
	for item, err := range s.Agenda().Due(t.Context(), driver.Deadlines, driver.Forever, limit) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; item.Due != driver.Time(n) {
			t.Fatalf("item %d is due %d", n, item.Due)
		}
	}
	if n != want {
		t.Errorf("limit %d: %d items", limit, n)
	}
}

func checkQuery(t *testing.T, s *gcp.Store, limit, want int) {
	t.Helper()
	n := 0
	for doc, err := range s.Views().Query(t.Context(), "v", driver.Query{Limit: limit, Where: map[string]any{"x": 1.0}}) {
		if err != nil {
			t.Fatal(err)
		}
		if doc.Key != fmt.Sprintf("%03d", n) {
			t.Fatalf("document %d is %s", n, doc.Key)
		}
		n++
	}
	if n != want {
		t.Errorf("limit %d: %d documents", limit, n)
	}
}
