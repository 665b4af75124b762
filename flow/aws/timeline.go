package aws

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// An index on a time alone would be one partition, which bears 1,000 writes a
// second. So items are spread over slots, the index is on slot and time, and what is
// read in the order of time is merged from one query for each slot.

// slotOf spreads ids evenly over n slots.
func slotOf(id string, n int) int {
	sum := sha256.Sum256([]byte(id))
	return int(sum[0]) % n
}

// Flow reads one item for each record, and their entries in the index.
func (l eventLog) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	q := query{table: l.log, index: byFlow, hash: text(flowKey(correlation)), limit: entriesAtOnce}
	return l.told(ctx, "flow "+correlation, []query{q})
}

// Scan reads one item for each record, and their entries in the index, in as many
// queries as the log has slots.
func (l eventLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	if to <= from {
		return l.told(ctx, "scan", nil)
	}
	queries := make([]query, eventSlots)
	for slot := range queries {
		queries[slot] = query{
			table: l.log, index: byTime, hash: number(slot), from: number(from), to: number(to - 1), limit: entriesAtOnce,
		}
	}
	return l.told(ctx, fmt.Sprintf("scan %s to %s", from, to), queries)
}

// told returns the records that the queries select, in the order of the log.
func (l eventLog) told(ctx context.Context, what string, queries []query) iter.Seq2[driver.Record, error] {
	return untilEnd(ctx, what, func(yield func(driver.Record, error) bool) {
		for entries, err := range l.merge(ctx, what, fieldTime, queries) {
			var items []item
			if err == nil {
				items, err = l.inOrder(ctx, what, entries)
			}
			if err != nil {
				yield(driver.Record{}, err)
				return
			}
			for _, i := range items {
				r, err := l.recordOf(ctx, i)
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	})
}

// inOrder returns the records of entries in the order of the log.
func (l eventLog) inOrder(ctx context.Context, what string, entries []item) ([]item, error) {
	var all []item
	for page := range slices.Chunk(entries, maxGet) {
		items, err := l.entitled(ctx, what, page)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	slices.SortFunc(all, func(x, y item) int {
		a, b := placeOf(x), placeOf(y)
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

const (
	// entriesAtOnce is how many entries of an index are read at once, from each slot.
	entriesAtOnce = 200
	// itemsAtOnce is how many items are read for them: as many may be held in memory.
	itemsAtOnce = 25
)

// merge returns the entries that the queries select, in the order of a field,
// itemsAtOnce at a time, and more where they agree in it.
func (s *Store) merge(ctx context.Context, what, field string, queries []query) iter.Seq2[[]item, error] {
	return func(yield func([]item, error) bool) {
		if ctx.Err() != nil {
			yield(nil, failed(ctx, what, ctx.Err()))
			return
		}
		sources := make([]*source, len(queries))
		for n, q := range queries {
			next, stop := iter.Pull2(s.pages(ctx, what, q))
			defer stop() //nolint:gocritic // they all end with this function
			sources[n] = &source{next: next, field: field}
		}
		for {
			some, err := group(sources)
			if len(some) > 0 && !yield(some, nil) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(some) == 0 {
				return
			}
		}
	}
}

// group takes the next entries from the sources: itemsAtOnce, and those that agree
// with the last of them.
func group(sources []*source) ([]item, error) {
	var some []item
	last := driver.Time(0)
	for {
		earliest, err := first(sources)
		if err != nil || earliest == nil || len(some) >= itemsAtOnce && earliest.time() > last {
			return some, err
		}
		last = earliest.time()
		some = append(some, earliest.take())
	}
}

// A source holds what was read of one query and not yet taken.
type source struct {
	next    func() ([]item, error, bool)
	field   string
	entries []item
	err     error
	ended   bool
}

func (s *source) time() driver.Time { return timeOf(s.entries[0][s.field]) }

func (s *source) take() item {
	entry := s.entries[0]
	s.entries = s.entries[1:]
	return entry
}

// fill reads the next page; no entries after it mean the end, or an error.
func (s *source) fill() {
	for len(s.entries) == 0 && !s.ended {
		page, err, ok := s.next()
		s.entries, s.err, s.ended = page, err, !ok || err != nil
	}
}

// first returns the source with the earliest entry, nil at the end of all. Those
// that are used up are filled first, all at once.
func first(sources []*source) (*source, error) {
	var filling sync.WaitGroup
	for _, s := range sources {
		if len(s.entries) == 0 && !s.ended {
			filling.Go(s.fill)
		}
	}
	filling.Wait()
	var earliest *source
	for _, s := range sources {
		if s.err != nil {
			return nil, s.err
		}
		if len(s.entries) > 0 && (earliest == nil || s.time() < earliest.time()) {
			earliest = s
		}
	}
	return earliest, nil
}
