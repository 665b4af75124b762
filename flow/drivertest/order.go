package drivertest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

func orderClauses() []clause {
	return []clause{
		{"Flow and Scan are ordered by Time, Stream, Seq, ID", logOrder},
		{"Flow returns the records of one flow only", flowOfOne},
		{"Scan returns the records with from <= Time < to", scanRange},
		{"Scan takes in a whole stretch up to Forever", scanForever},
		{"a Time is exact to the microsecond", timeIsExact},
		{"a flow is told in the order of cause and effect, whatever the clock on the wall did", causeBeforeEffect},
	}
}

// wantsFlow fails the test unless Flow comes to return these records.
func (b *bench) wantsFlow(correlation string, want ...driver.Record) {
	b.Helper()
	eventually(b, "Flow", want, sameRecord, func(r driver.Record) string { return describe(r) }, func() []driver.Record {
		return all(b, b.log.Flow(b.Context(), correlation))
	})
}

// wantsScan fails the test unless Scan comes to return these records, among
// records of other tests.
func (b *bench) wantsScan(from, to driver.Time, want ...driver.Record) {
	b.Helper()
	eventually(b, "Scan", want, sameRecord, func(r driver.Record) string { return describe(r) }, func() []driver.Record {
		found := all(b, b.log.Scan(b.Context(), from, to))
		return slices.DeleteFunc(found, func(r driver.Record) bool { return !strings.Contains(r.Stream, b.id) })
	})
}

func inLogOrder(a, b driver.Record) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID))
}

// logOrder has records that agree in all but one of what orders them, made in an
// order that is not theirs.
func logOrder(b *bench) {
	var want []driver.Record
	at := b.now() + 1000
	add := func(c driver.Commit, t driver.Time) {
		c.Record.Time = t
		want = append(want, b.commit(c))
	}
	for _, name := range []string{"b", "a", "B", "a-1", "a1"} {
		add(b.next(b.stream(name), 1), at)
		add(b.next(b.stream(name), 11), at) // the same Time on one stream
		for range 4 {
			add(b.mark(b.stream(name)), at) // only the IDs differ
		}
		add(b.next(b.stream(name), 1), at+1)
		add(b.next(b.stream(name), 1), at+2_000_000)
	}
	for i := range 4 {
		add(b.next(b.stream("early"), 1), at-driver.Time(10-i))
	}
	slices.SortFunc(want, inLogOrder)
	b.wantsFlow(b.flow(""), want...)
	b.wantsScan(at-10, at+2_000_001, want...)
}

func flowOfOne(b *bench) {
	one, other := b.next(b.stream("a"), 1), b.next(b.stream("b"), 1)
	one.Record.Correlation, other.Record.Correlation = b.flow("one"), b.flow("one1")
	b.commit(one)
	b.commit(other)
	long := b.mark(b.stream("a"))
	long.Record.Correlation = b.id + strings.Repeat("x", 64-len(b.id))
	b.commit(long)
	b.wantsFlow(b.flow("one"), one.Record)
	b.wantsFlow(b.flow("one1"), other.Record)
	b.wantsFlow(long.Record.Correlation, long.Record)
	b.wantsFlow(b.flow("none"))
}

func scanRange(b *bench) {
	var rs []driver.Record
	for range 5 {
		rs = append(rs, b.appends(b.stream("a"), 1))
	}
	b.wantsScan(rs[0].Time, rs[4].Time+1, rs...)
	b.wantsScan(rs[1].Time, rs[3].Time, rs[1:3]...)
	b.wantsScan(rs[2].Time, rs[2].Time+1, rs[2])
	b.wantsScan(rs[2].Time, rs[2].Time)
	b.wantsScan(rs[4].Time+1, rs[4].Time+10)
	b.wantsScan(rs[3].Time, rs[1].Time)
}

// scanForever works at the far end of time, where few other records are.
func scanForever(b *bench) {
	late := driver.TimeOf(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)) + b.epoch%1_000_000_000_000
	c := b.next(b.stream("a"), 1)
	c.Record.Time = late
	b.commit(c)
	b.wantsScan(late, driver.Forever, c.Record)
}

func timeIsExact(b *bench) {
	for i := range 3 {
		c := b.next(b.stream("a"), 1)
		c.Record.Time += driver.Time(1_234_567*i + i)
		c.Head.Time = c.Record.Time
		b.commit(c)
		b.wantsRecord(c.Record)
		b.wantsHead(*c.Head)
	}
}

// causeBeforeEffect lets one event cause the next, on several streams, with the
// times that a hybrid logical clock gives when the clock on the wall jumps.
func causeBeforeEffect(b *bench) {
	const steps = 40
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same jumps every time
	var chain []driver.Record
	var cause driver.Time
	for range steps {
		c := b.next(b.stream(string("abcd"[random.IntN(4)])), 1+random.IntN(3))
		wall := b.epoch + driver.Time(random.IntN(100))
		c.Record.Time = max(wall, b.head(c.Record.Stream).Time+1, cause+1)
		c.Head.Time, cause = c.Record.Time, c.Record.Time
		chain = append(chain, b.commit(c))
	}
	b.wantsFlow(b.flow(""), chain...)
	b.wantsScan(chain[0].Time, cause+1, chain...)
}
