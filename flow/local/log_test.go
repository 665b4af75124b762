package local_test

import (
	"iter"
	"math"
	"testing"

	"github.com/onevent/onevent/flow/driver"
)

// Records that are too large to be read together are read one after the other.
func TestReadLargeRecords(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	const n = 12
	head := driver.Head{Stream: "order/1"}
	for i := range int64(n) {
		c := nextCommit(head, 1)
		c.Record.Time += driver.Time(i / 3) // some share a microsecond
		c.Record.Body, c.Head.State = randomBytes(driver.MaxBytes), randomBytes(driver.MaxBytes)
		if err := store.Log().Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		var err error
		if head, err = store.Log().Head(t.Context(), head.Stream); err != nil {
			t.Fatal(err)
		}
	}
	for name, all := range map[string]iter.Seq2[driver.Record, error]{
		"Stream": store.Log().Stream(t.Context(), head.Stream, 1, math.MaxUint64),
		"Flow":   store.Log().Flow(t.Context(), head.Correlation),
		"Scan":   store.Log().Scan(t.Context(), math.MinInt64, driver.Forever),
	} {
		seq := uint64(0)
		for r, err := range all {
			if seq++; err != nil || r.Seq != seq || len(r.Body) != driver.MaxBytes {
				t.Fatalf("%s: record %d with %d bytes is number %d, %v", name, r.Seq, len(r.Body), seq, err)
			}
		}
		if seq != n {
			t.Errorf("%s: %d records, want %d", name, seq, n)
		}
	}
}

// What is not a record's ID is not written, and not found.
func TestRecordIDs(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	for _, id := range []string{"", "1", "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef00", "g123456789abcdef0123456789abcdef"} {
		c := nextCommit(driver.Head{Stream: "order/1"}, 1)
		c.Record.ID = id
		if err := store.Log().Commit(t.Context(), c); err == nil {
			t.Errorf("Commit of record %q returned nil", id)
		}
		_, err := store.Log().Record(t.Context(), id)
		wantsError(t, err, driver.ErrNotFound)
	}
	wantsRecords(t, store, 0)
}
