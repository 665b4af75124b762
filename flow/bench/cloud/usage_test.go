package cloud_test

import (
	"testing"

	"github.com/onevent/onevent/flow/gcp"
)

// What the package gcp promises: a handled event costs one read, two writes and
// one publish, also the last of a chain, which is published for whoever will want
// it. A command costs an outbox entry more.
func TestUsage(t *testing.T) {
	t.Parallel()
	const chains = 20
	for range 3 {
		r := newRig(t)
		if used, want := r.command(chains), (gcp.Usage{Reads: 1, Writes: 3, Deletes: 1, Publishes: 1, Messages: 1}).Times(chains); used != want {
			t.Errorf("%d commands used %+v\nwant %+v", chains, used, want)
		}
		used, repeated := r.handle(3 * chains)
		if repeated > 0 {
			continue // an event that is delivered twice has a price of its own
		}
		if want := (gcp.Usage{Reads: 1, Writes: 2, Publishes: 1, Messages: 1}).Times(3 * chains); used != want {
			t.Errorf("%d events used %+v\nwant %+v", 3*chains, used, want)
		}
		return
	}
	t.Fatal("in each of three runs an event was delivered twice")
}

// BenchmarkUsage counts what Google bills for commands, and for the events that
// follow from them. An iteration is one handled event. Stored are the record's
// bytes, which stay; the head's replace those of the head before it.
func BenchmarkUsage(b *testing.B) {
	r := newRig(b)
	chains := b.N/3 + 1
	commands := r.command(chains)
	records, heads := r.scales.records.Load(), r.scales.heads.Load()
	n := 3 * chains
	b.ResetTimer()
	used, repeated := r.handle(n)
	b.StopTimer()
	report(b, commands, chains, "command")
	report(b, used, n, "handled")
	perHandled := func(count int64, unit string) { b.ReportMetric(float64(count)/float64(n), unit+"/handled") }
	perHandled(int64(repeated), "repeated")
	perHandled(r.scales.records.Load()-records, "stored-B")
	perHandled(r.scales.heads.Load()-heads, "head-B")
}

func report(b *testing.B, used gcp.Usage, n int, what string) {
	b.Helper()
	for unit, count := range map[string]int64{
		"reads": used.Reads, "writes": used.Writes, "deletes": used.Deletes,
		"conflicts": used.Conflicts, "publishes": used.Publishes,
	} {
		b.ReportMetric(float64(count)/float64(n), unit+"/"+what)
	}
}
