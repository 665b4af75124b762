package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of the bare loop

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/bench/hop"
)

// BenchmarkChain runs chains of a command and three functions, everything durable
// on disk before it is acknowledged. An iteration is one handled event.
func BenchmarkChain(b *testing.B) {
	r := newRig(b, false)
	chains := b.N/3 + 1
	b.ResetTimer()
	r.startAll(chains, 128)
	r.await(&r.third, chains)
	b.StopTimer()
	b.ReportMetric(float64(3*chains)/b.Elapsed().Seconds(), "handled/s")
}

// BenchmarkBareSQL does, in one goroutine and in transactions of 64, the reads
// and writes of a handled event with nothing around them. It is what BenchmarkChain
// is compared with.
func BenchmarkBareSQL(b *testing.B) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+
		"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(b.Context(), `
		CREATE TABLE records (n INTEGER PRIMARY KEY, id TEXT UNIQUE, stream TEXT, seq INTEGER, body BLOB, UNIQUE (stream, seq));
		CREATE TABLE heads (stream TEXT PRIMARY KEY, seq INTEGER, state BLOB) WITHOUT ROWID;
		CREATE TABLE queue (n INTEGER PRIMARY KEY, body BLOB);`)
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(strings.Repeat("x", 600))
	b.ResetTimer()
	for done := 0; done < b.N; done += 64 {
		if err := bareBatch(b.Context(), db, done, body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "handled/s")
}

func bareBatch(ctx context.Context, db *sql.DB, first int, body []byte) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := first; i < first+64; i++ {
		stream, seq := fmt.Sprintf("hop/c%08d", i/3), 0
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM heads WHERE stream = ?`, stream).Scan(&seq); err != nil {
			return err
		}
		for _, s := range []struct {
			query string
			args  []any
		}{
			{`INSERT INTO records (id, stream, seq, body) VALUES (?, ?, ?, ?)`, []any{fmt.Sprintf("%032x", i*2654435761), stream, seq + 1, body}},
			{`INSERT OR REPLACE INTO heads VALUES (?, ?, ?)`, []any{stream, seq + 1, body[:40]}},
			{`INSERT INTO queue (n, body) VALUES (?, ?)`, []any{i, body}},
			{`DELETE FROM queue WHERE n = ?`, []any{i - 64}},
		} {
			if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

// BenchmarkLatency measures from a command to the document that its third event
// makes, one chain at a time on an idle machine, and at 500 chains a second.
func BenchmarkLatency(b *testing.B) {
	b.Run("alone", func(b *testing.B) {
		r := newRig(b, true)
		r.ended = make(chan string, 1)
		times := make([]time.Duration, 0, b.N)
		b.ResetTimer()
		for i := range b.N {
			began := time.Now()
			r.start(fmt.Sprintf("c%08d", i), 1)
			<-r.ended
			times = append(times, time.Since(began))
		}
		report(b, times)
	})
	b.Run("500-a-second", func(b *testing.B) {
		r := newRig(b, true)
		r.ended = make(chan string, 1024)
		began := make(map[string]time.Time, b.N)
		times := make([]time.Duration, 0, b.N)
		names := make([]string, b.N)
		for i := range names {
			names[i] = fmt.Sprintf("c%08d", i)
		}
		first := time.Now()
		for i, name := range names {
			began[name] = first.Add(time.Duration(i) * 2 * time.Millisecond)
		}
		b.ResetTimer()
		go func() {
			for _, name := range names {
				time.Sleep(time.Until(began[name]))
				go r.start(name, 1)
			}
		}()
		for range b.N {
			times = append(times, time.Since(began[<-r.ended]))
		}
		report(b, times)
	})
}

func report(b *testing.B, times []time.Duration) {
	b.Helper()
	slices.Sort(times)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(times[(len(times)-1)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDecision decides on a stream that has 10, 1,000 and 100,000 events:
// the cost must not depend on it.
func BenchmarkDecision(b *testing.B) {
	for _, length := range []int{10, 1_000, 100_000} {
		b.Run(fmt.Sprint(length, "-events"), func(b *testing.B) {
			r := openRig(b, false, false)
			for range length / 10 {
				r.start("long", 10)
			}
			b.ResetTimer()
			for range b.N {
				r.start("long", 1)
			}
		})
	}
}

// BenchmarkMemory holds the heap after 100,000 streams of four events, in bytes a
// stream.
func BenchmarkMemory(b *testing.B) {
	const streams = 100_000
	if b.N > 1 {
		b.Skip("run with -benchtime 1x")
	}
	r := newRig(b, false)
	r.startAll(streams, 128)
	r.await(&r.third, streams)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "heap-MB")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCheck is the check of the application, which each start and each
// instance on a cloud makes.
func BenchmarkCheck(b *testing.B) {
	app := hop.App(true)
	for b.Loop() {
		if err := flow.Check(app); err != nil {
			b.Fatal(err)
		}
	}
}
