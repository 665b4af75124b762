package local_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// What one handled event of the benchmarks stores, in bytes: about what the
// events of a small application have.
const (
	benchBody  = 600
	benchState = 200
	benchData  = 200
)

// Of 4096 events in a row, a stream has 4 and a flow has 8, none of them close
// together: streams are busy for a while, but not with themselves.
func streamOf(i int64) string { return fmt.Sprintf("order/%d", i/4096*1024+i%1024) }

func flowOf(i int64) string { return fmt.Sprintf("%032x", i/4096*512+i%512) }

// BenchmarkHandled measures handled events a second, durable: a message is
// delivered; the head is read; a record and the new head are committed; one
// message is published; the delivery is acknowledged.
//
//	go test ./flow/local -run xxx -bench 'Handled|Bare' -benchtime 30000x
func BenchmarkHandled(b *testing.B) {
	for _, concurrency := range []int{64, 256} {
		b.Run(strconv.Itoa(concurrency), func(b *testing.B) { benchHandled(b, concurrency) })
	}
}

func benchHandled(b *testing.B, concurrency int) {
	store := open(b, b.TempDir())
	broker := store.Broker(nil)
	sub := driver.Subscription{Name: "reserve-credit", Topics: []string{"order.created"}, Concurrency: concurrency}
	if err := broker.Declare(b.Context(), sub); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var begun, handled atomic.Int64
	handle := func(ctx context.Context, _ driver.Message) error {
		i := begun.Add(1)
		if err := appendOne(ctx, store.Log(), i); err != nil {
			return err
		}
		if err := broker.Publish(ctx, benchMessage(i)); err != nil {
			return err
		}
		if handled.Add(1) == int64(b.N) {
			cancel()
		}
		return nil
	}
	for i := range concurrency {
		if err := broker.Publish(b.Context(), benchMessage(int64(i))); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	if err := broker.Receive(ctx, sub.Name, handle); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(handled.Load())/b.Elapsed().Seconds(), "events/s")
}

// appendOne reads a head and commits a record after it, again if it moved.
func appendOne(ctx context.Context, log driver.Log, i int64) error {
	stream := streamOf(i)
	for {
		head, err := log.Head(ctx, stream)
		if err != nil {
			return err
		}
		err = log.Commit(ctx, nextCommit(head, i))
		if !errors.Is(err, driver.ErrConflict) {
			return err
		}
	}
}

// nextCommit returns a commit of one event after a head.
func nextCommit(head driver.Head, i int64) driver.Commit {
	record := driver.Record{
		ID: randomID(), Stream: head.Stream, Seq: head.Seq + 1, Count: 1, Time: driver.Time(1_700_000_000_000_000 + i*50),
		Correlation: flowOf(i), Body: randomBytes(benchBody),
	}
	copy(record.Hash[:], randomBytes(32))
	next := driver.Head{
		Stream: head.Stream, Seq: record.Seq, Time: record.Time, Hash: record.Hash, Correlation: record.Correlation,
		State: randomBytes(benchState), Shape: "accounting.Account:0123456789abcdef", Version: head.Version,
	}
	return driver.Commit{Record: record, Head: &next}
}

func benchMessage(i int64) driver.Message {
	return driver.Message{
		ID: randomID() + "-0", Topic: "order.created", Data: randomBytes(benchData),
		Attributes: map[string]string{
			"specversion": "1.0", "source": fmt.Sprintf("/streams/order/%d", i), "time": "2026-11-21T04:15:00.000000Z",
			"datacontenttype": "application/json", "sequence": fmt.Sprintf("%020d", i), "correlationid": flowOf(i),
			"function": "reserve-credit", "causationid": "0123456789abcdef0123456789abcdef-0",
		},
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // it never fails
	return b
}

func randomID() string { return hex.EncodeToString(randomBytes(16)) }

// BenchmarkBareSQL is what the same work costs with nothing clever: the same
// rows in the same kind of file, through database/sql, one transaction for each
// event.
func BenchmarkBareSQL(b *testing.B) {
	for _, concurrency := range []int{1, 64} {
		b.Run(strconv.Itoa(concurrency), func(b *testing.B) { benchBareSQL(b, concurrency) })
	}
}

func benchBareSQL(b *testing.B, concurrency int) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+
		"?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(10000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(b.Context(), `
		CREATE TABLE records (id TEXT PRIMARY KEY, stream TEXT, seq INTEGER, time INTEGER, correlation TEXT, hash BLOB, body BLOB);
		CREATE UNIQUE INDEX records_stream ON records (stream, seq);
		CREATE INDEX records_flow ON records (correlation);
		CREATE INDEX records_time ON records (time);
		CREATE TABLE heads (stream TEXT PRIMARY KEY, seq INTEGER, hash BLOB, state BLOB);
		CREATE TABLE queue (k INTEGER PRIMARY KEY, id TEXT, data BLOB)`)
	if err != nil {
		b.Fatal(err)
	}
	var begun atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range concurrency {
		all.Go(func() {
			for i := begun.Add(1); i <= int64(b.N); i = begun.Add(1) {
				if err := bareSQL(b.Context(), db, i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func bareSQL(ctx context.Context, db *sql.DB, i int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	stream := streamOf(i)
	var seq int64
	if err := tx.QueryRowContext(ctx, "SELECT seq FROM heads WHERE stream = ?", stream).Scan(&seq); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, s := range []struct {
		query string
		args  []any
	}{
		{"INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", []any{randomID(), stream, seq + 1, i, flowOf(i), randomBytes(32), randomBytes(benchBody)}},
		{"INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)", []any{stream, seq + 1, randomBytes(32), randomBytes(benchState)}},
		{"INSERT INTO queue (id, data) VALUES (?, ?)", []any{randomID(), randomBytes(benchData + 400)}},
		{"DELETE FROM queue WHERE k = (SELECT min(k) FROM queue)", nil},
	} {
		if _, err := tx.ExecContext(ctx, s.query, s.args...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

var _ driver.Broker = (*local.Broker)(nil)
