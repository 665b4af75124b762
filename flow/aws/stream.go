package aws

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// tail is how near to its end a stream is read without the index: as many reads,
// one after the other, at the most.
const tail = 4

// Stream reads the head, one item for each record, and their entries in the index.
// What the index lacks, since it lags, is read backwards from the next record.
func (l eventLog) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	what := "stream " + stream
	return untilEnd(ctx, what, func(yield func(driver.Record, error) bool) {
		head, err := l.get(ctx, what, l.heads, item{fieldStream: text(stream)})
		if err != nil {
			yield(driver.Record{}, err)
			return
		}
		from, to := max(from, 1), min(to, unsigned(head[fieldSeq]))
		if from > to {
			return
		}
		r := reel{eventLog: l, what: what, next: from, to: to, yield: yield}
		if unsigned(head[fieldSeq])-from >= tail && !r.index(ctx, stream) {
			return
		}
		if r.next <= to {
			r.fill(ctx, textOf(head[fieldRecord]))
		}
	})
}

// A reel yields a stretch of a stream without a gap.
type reel struct {
	eventLog

	what  string
	next  uint64 // the first sequence that was not yielded
	to    uint64
	yield func(driver.Record, error) bool
}

// index yields what the index shows, and what it lacks in between. It says whether
// to go on.
func (r *reel) index(ctx context.Context, stream string) bool {
	q := query{table: r.log, index: byStream, hash: text(stream), from: number(r.next), limit: maxGet}
	if r.to-r.next < maxGet {
		q.limit = int(r.to-r.next) + 1 //nolint:gosec // at most maxGet
	}
	for page, err := range r.pages(ctx, r.what, q) {
		var items []item
		if err == nil {
			items, err = r.entries(ctx, page)
		}
		if err != nil {
			r.yield(driver.Record{}, err)
			return false
		}
		for _, i := range items {
			if first := unsigned(i[fieldSeq]); first > r.next && !r.fill(ctx, textOf(i[fieldBefore])) || !r.show(ctx, i) {
				return false
			}
			if r.next > r.to {
				return true
			}
		}
	}
	return true
}

// entries returns the records of entries of an index, in the order of the stream.
func (r *reel) entries(ctx context.Context, page []item) ([]item, error) {
	items, err := r.entitled(ctx, r.what, page)
	slices.SortFunc(items, func(a, b item) int {
		if unsigned(a[fieldSeq]) < unsigned(b[fieldSeq]) {
			return -1
		}
		return 1
	})
	return items, err
}

// entitled returns the records of up to maxGet entries of an index, in no order.
func (l eventLog) entitled(ctx context.Context, what string, page []item) ([]item, error) {
	keys := make([]item, len(page))
	for n, entry := range page {
		keys[n] = l.log.keyOf(entry)
	}
	items, err := l.getAll(ctx, what, l.log, keys)
	if err == nil && len(items) < len(page) {
		err = fmt.Errorf("aws: %s: %d of %d records are missing; the log was changed", what, len(page)-len(items), len(page))
	}
	return items, err
}

// fill yields the records from next up to the one with an id, which it reads
// backwards. It says whether to go on.
func (r *reel) fill(ctx context.Context, id string) bool {
	var missing []item
	for {
		i, err := r.get(ctx, r.what, r.log, item{fieldID: text(id)})
		if err == nil && i == nil {
			err = fmt.Errorf("aws: %s: record %q is missing; the log was changed", r.what, id)
		}
		if err != nil {
			r.yield(driver.Record{}, err)
			return false
		}
		missing = append(missing, i)
		if unsigned(i[fieldSeq]) <= r.next {
			break
		}
		id = textOf(i[fieldBefore])
	}
	for _, i := range slices.Backward(missing) {
		if unsigned(i[fieldSeq]) <= r.to && !r.show(ctx, i) {
			return false
		}
	}
	return true
}

// show yields a record. It says whether to go on.
func (r *reel) show(ctx context.Context, i item) bool {
	if unsigned(i[fieldSeq]) > r.to || unsigned(i[fieldLast]) < r.next {
		return true
	}
	record, err := r.recordOf(ctx, i)
	r.next = unsigned(i[fieldLast]) + 1
	return r.yield(record, err) && err == nil
}
