package drivertest

import (
	"fmt"
	"math"

	"github.com/onevent/onevent/flow/driver"
)

func streamClauses() []clause {
	return []clause{
		{"Stream returns the records that hold an event of the range", streamRanges},
		{"Stream of a stream without events is empty", streamEmpty},
		{"Stream, Flow and Scan return 500 records complete and in order", manyRecords},
		{"Stream sees a commit as soon as it finished", streamSees},
	}
}

func streamRanges(b *bench) {
	stream := b.stream("a")
	var rs []driver.Record // 1, 2-4, 5, 6-12, 13-14
	for _, count := range []int{1, 3, 1, 7, 2} {
		rs = append(rs, b.appends(stream, count))
	}
	for _, r := range []struct {
		from, to    uint64
		first, last int // rs[first:last]
	}{
		{1, math.MaxUint64, 0, 5},
		{0, math.MaxUint64, 0, 5},
		{1, 14, 0, 5},
		{1, 1, 0, 1},
		{0, 1, 0, 1},
		{2, 2, 1, 2},
		{3, 3, 1, 2},
		{4, 4, 1, 2},
		{4, 5, 1, 3},
		{3, 6, 1, 4},
		{7, 8, 3, 4},
		{12, 13, 3, 5},
		{14, 14, 4, 5},
		{14, math.MaxUint64, 4, 5},
		{13, math.MaxInt64 + 1, 4, 5},
		{15, math.MaxUint64, 0, 0},
		{math.MaxUint64, math.MaxUint64, 0, 0},
		{0, 0, 0, 0},
		{5, 4, 0, 0},
	} {
		b.wantsStream(stream, r.from, r.to, rs[r.first:r.last]...)
	}
}

func streamEmpty(b *bench) {
	b.wantsStream(b.stream("none"), 0, math.MaxUint64)
	b.wantsStream(b.stream("none"), 1, 1)
}

func manyRecords(b *bench) {
	const count = 500
	stream, head := b.stream("a"), driver.Head{Stream: b.stream("a")}
	rs := make([]driver.Record, count)
	for i := range rs {
		c := b.after(head, 1)
		c.Record.Body = fmt.Appendf(nil, "%d", i)
		rs[i] = b.commit(c)
		head = b.head(stream)
	}
	b.wantsStream(stream, 1, math.MaxUint64, rs...)
	b.wantsStream(stream, 100, 399, rs[99:399]...)
	b.wantsFlow(rs[0].Correlation, rs...)
	b.wantsScan(rs[0].Time, rs[count-1].Time+1, rs...)
}

func streamSees(b *bench) {
	for range 10 {
		r := b.appends(b.stream("a"), 1)
		b.wantsStream(r.Stream, r.Seq, math.MaxUint64, r)
	}
}
