package local

import (
	"fmt"
	"strconv"

	"github.com/onevent/onevent/flow/driver"
)

// A tx is one transaction of the writer, in which many operations make their
// changes. It keeps the first error of a statement; after that, statements do
// nothing and the transaction will be rolled back.
type tx struct {
	c    *conn
	err  error
	next *numbers
	// What the transaction wrote, to be remembered when it is committed.
	heads map[string]head
	flows map[string]int64
	// What was committed before.
	cachedHeads *heads
	cachedFlows *lru[string, int64]
}

// numbers are the last numbers that were given to new rows. Numbers of
// transactions that failed are left out.
type numbers struct{ stream, flow, document int64 }

func readNumbers(c *conn) (n numbers, err error) {
	for query, number := range map[string]*int64{
		"SELECT max(n) FROM streams":   &n.stream,
		"SELECT max(n) FROM flows":     &n.flow,
		"SELECT max(n) FROM documents": &n.document,
	} {
		if *number, err = c.number(query); err != nil {
			return n, err
		}
	}
	return n, nil
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(query string, args ...any) int64 {
	if t.err != nil {
		return 0
	}
	var changed int64
	changed, t.err = t.c.exec(query, args...)
	return changed
}

// query calls each for the rows of a result.
func (t *tx) query(query string, args []any, each func(row) bool) {
	if t.err == nil {
		t.err = t.c.query(query, args, each)
	}
}

// head returns a stream's head as it is at this point of the transaction.
func (t *tx) head(stream string) head {
	if h, ok := t.heads[stream]; ok {
		return h
	}
	if h, ok := t.cachedHeads.get(stream); ok {
		return h
	}
	h := head{}
	h.Stream = stream
	t.query(selectHead, []any{stream}, func(r row) bool {
		h = headOf(stream, r)
		return false
	})
	return h
}

// flow returns a flow's number, and whether it has a row.
func (t *tx) flow(correlation string) (n int64, ok bool) {
	if n, ok := t.flows[correlation]; ok {
		return n, true
	}
	if n, ok := t.cachedFlows.get(correlation); ok {
		return n, true
	}
	t.query("SELECT n FROM flows WHERE correlation = ?", []any{correlation}, func(r row) bool {
		n, ok = r.int(0), true
		return false
	})
	if !ok {
		t.next.flow++
		n = t.next.flow
	}
	return n, ok
}

// committed remembers what the transaction wrote.
func (t *tx) committed() {
	for _, h := range t.heads {
		t.cachedHeads.set(h)
	}
	for correlation, n := range t.flows {
		t.cachedFlows.put(correlation, n, 1)
	}
}

const selectHead = "SELECT n, rev, seq, time, hash, correlation, state, shape FROM streams WHERE name = ?"

// headOf reads a row of selectHead.
func headOf(stream string, r row) head {
	h := head{n: r.int(0), rev: r.int(1)}
	h.Stream = stream
	if h.rev == 0 {
		return h
	}
	h.Seq = uint64(r.int(2)) //nolint:gosec // it came from a uint64
	h.Time = driver.Time(r.int(3))
	copy(h.Hash[:], r.blob(4))
	h.Correlation, h.State, h.Shape = r.text(5), r.blob(6), r.text(7)
	h.Version = versionOf(h.rev)
	return h
}

func versionOf(rev int64) string { return strconv.FormatInt(rev, 10) }

// seqOf returns a sequence as SQLite holds it.
func seqOf(what string, seq uint64) (int64, error) {
	n := int64(seq) //nolint:gosec // checked
	if n < 0 {
		return 0, fmt.Errorf("local: %s: sequence %d is too large", what, seq)
	}
	return n, nil
}
