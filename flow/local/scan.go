package local

import (
	"context"
	"iter"
	"math"

	"github.com/onevent/onevent/flow/driver"
)

// selectStream begins with the record that holds the first sequence, which may
// begin before it.
const selectStream = selectRecord + `
	WHERE r.stream = (SELECT n FROM streams WHERE name = ?1)
	AND r.seq >= coalesce((SELECT max(p.seq) FROM records p
		WHERE p.stream = (SELECT n FROM streams WHERE name = ?1) AND p.count > 0 AND p.seq <= ?2), 0)
	AND r.count > 0 AND r.seq + r.count > ?2 AND r.seq <= ?3
	ORDER BY r.seq LIMIT ?4`

// Stream implements driver.Log.
func (l eventLog) Stream(ctx context.Context, stream string, from, to uint64) iter.Seq2[driver.Record, error] {
	if from > math.MaxInt64 {
		return func(func(driver.Record, error) bool) {}
	}
	start, end := int64(from), int64(min(to, math.MaxInt64))
	return l.paging("stream "+stream, selectStream, func(last *driver.Record) []any {
		begin := start
		if last != nil {
			begin = int64(last.Seq) + int64(last.Count) //nolint:gosec // it came from an int64
		}
		return []any{stream, begin, end, int64(pageRows)}
	}).all(ctx)
}

// The order of the log, and what comes after a record in it. SQLite follows the
// index on time, and sorts only the records that share a microsecond.
const (
	logOrder = " ORDER BY r.time, s.name, r.seq, r.id LIMIT ?"
	logAfter = " AND (r.time, s.name, r.seq, r.id) > (?, ?, ?, ?)"

	selectFlow = selectRecord + `WHERE r.flow = (SELECT n FROM flows WHERE correlation = ?) AND r.time >= ?` + logAfter + logOrder
	selectScan = selectRecord + `WHERE r.time < ? AND r.time >= ?` + logAfter + logOrder
)

// Flow implements driver.Log.
func (l eventLog) Flow(ctx context.Context, correlation string) iter.Seq2[driver.Record, error] {
	return l.ordered(ctx, "flow "+correlation, selectFlow, correlation, math.MinInt64)
}

// Scan implements driver.Log.
func (l eventLog) Scan(ctx context.Context, from, to driver.Time) iter.Seq2[driver.Record, error] {
	return l.ordered(ctx, "scan", selectScan, int64(to), from)
}

func (l eventLog) ordered(ctx context.Context, what, query string, which any, from driver.Time) iter.Seq2[driver.Record, error] {
	return l.paging(what, query, func(last *driver.Record) []any {
		if last == nil {
			return []any{which, int64(from), int64(from), "", int64(-1), nil, int64(pageRows)}
		}
		id, _ := idOf(last.ID)
		seq := int64(last.Seq) //nolint:gosec // it came from an int64
		return []any{which, int64(last.Time), int64(last.Time), last.Stream, seq, id, int64(pageRows)}
	}).all(ctx)
}

func (l eventLog) paging(what, query string, args func(*driver.Record) []any) paging[driver.Record] {
	read := func(r row) (driver.Record, int) {
		record := recordOf(r)
		return record, 256 + len(record.Body)
	}
	return paging[driver.Record]{s: l.s, what: what, query: query, limit: pageRows, args: args, read: read}
}
