package drivertest

import (
	"math"

	"github.com/onevent/onevent/flow/driver"
)

func markClauses() []clause {
	return []clause{
		{"a mark moves no head and is in no stream", markMovesNothing},
		{"a mark is found by its identity, its flow and its time", markIsFound},
		{"a mark brings its items", markBringsItems},
	}
}

func markMovesNothing(b *bench) {
	stream := b.stream("a")
	b.commit(b.mark(stream))
	if head := b.head(stream); head.Version != "" || head.Seq != 0 {
		b.Fatalf("a mark began a stream: %s", describeHead(head))
	}
	r := b.appends(stream, 2)
	c := b.next(stream, 1)
	b.commit(b.mark(stream))
	b.wantsStream(stream, 0, math.MaxUint64, r)
	b.commit(c) // the head is still the one that was read before the mark
	b.wantsStream(stream, 0, math.MaxUint64, r, c.Record)
}

func markIsFound(b *bench) {
	m := b.commit(b.mark(b.stream("a")))
	b.wantsRecord(m)
	b.wantsFlow(m.Correlation, m)
	b.wantsScan(m.Time, m.Time+1, m)
}

func markBringsItems(b *bench) {
	m := b.mark(b.stream("a"))
	m.Items = []driver.Item{b.item(driver.Outbox, "1"), b.item(driver.Retries, "1")}
	b.commit(m)
	for _, item := range m.Items {
		b.wantsItem(item)
	}
}
