package drivertest

import (
	"errors"
	"math"

	"github.com/onevent/onevent/flow/driver"
)

func unknownClauses() []clause {
	return []clause{
		{"a commit whose answer was lost is found, and made only once", answerLost},
		{"a mark whose answer was lost is found, and made only once", markAnswerLost},
	}
}

func answerLost(b *bench) {
	lossy := Lossy{Log: b.log}
	stream := b.stream("a")
	c := b.next(stream, 2)
	c.Items = []driver.Item{b.item(driver.Outbox, "1")}
	if err := lossy.Commit(b.Context(), c); !errors.Is(err, ErrAnswerLost) {
		b.Fatalf("Commit through Lossy: %v", err)
	}
	b.forget(c.Items...)
	b.wants(lossy.Commit(b.Context(), c), driver.ErrConflict, "the same commit again")
	b.wantsCommit(c)

	// Who takes up the work anew reads the head that the lost commit left.
	again := b.next(stream, 2)
	again.Record.ID = c.Record.ID
	b.wants(b.log.Commit(b.Context(), again), driver.ErrConflict, "the same identity on the new head")
	b.wantsStream(stream, 0, math.MaxUint64, c.Record)
	b.wantsCommit(c)
}

func markAnswerLost(b *bench) {
	lossy := Lossy{Log: b.log, Loses: func(c driver.Commit) bool { return c.Head == nil }}
	m := b.mark(b.stream("a"))
	if err := lossy.Commit(b.Context(), m); !errors.Is(err, ErrAnswerLost) {
		b.Fatalf("Commit through Lossy: %v", err)
	}
	b.wants(lossy.Commit(b.Context(), m), driver.ErrConflict, "the same mark again")
	b.wantsRecord(m.Record)
	if err := lossy.Commit(b.Context(), b.next(b.stream("a"), 1)); err != nil {
		b.Fatalf("Commit that Loses spares: %v", err)
	}
}
