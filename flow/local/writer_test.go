package local_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// queued runs a function on a goroutine and returns where its error will be, once
// n operations wait for the writer.
func queued(t *testing.T, store *local.Store, n int, f func() error) <-chan error {
	t.Helper()
	answer := make(chan error, 1)
	go func() { answer <- f() }()
	for deadline := time.Now().Add(10 * time.Second); store.Waiting() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d operations wait, want %d", store.Waiting(), n)
		}
	}
	return answer
}

// In one transaction, those whose condition does not hold are refused, and the
// others are made.
func TestConflictDisturbsNoOther(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	log, views, agenda := store.Log(), store.Views(), store.Agenda()
	const n = 5
	commits := make([]driver.Commit, n)
	for i := range commits {
		commits[i] = nextCommit(driver.Head{Stream: "order/1"}, 1) // all but one lose
	}
	same := nextCommit(driver.Head{Stream: "order/2"}, 1)
	same.Record.ID = commits[0].Record.ID
	same.Items = []driver.Item{{Kind: driver.Outbox, ID: "same"}}
	doc := driver.Document{View: "orders", Key: "1", Body: []byte(`{}`)}
	ctx := t.Context()

	resume := store.Stall(ctx)
	var answers []<-chan error
	add := func(f func() error) { answers = append(answers, queued(t, store, len(answers)+1, f)) }
	for _, c := range commits {
		add(func() error { return log.Commit(ctx, c) })
	}
	add(func() error { return log.Commit(ctx, same) })
	add(func() error { return views.Put(ctx, doc, "mark") })
	add(func() error { return views.Put(ctx, doc, "other") })
	add(func() error {
		return views.Put(ctx, driver.Document{View: "orders", Key: "2", Body: []byte(`{}`)}, "mark")
	})
	add(func() error { return agenda.Put(ctx, driver.Item{Kind: driver.Parked, ID: "1"}) })
	resume()

	made := map[int]bool{0: true, n + 1: true, n + 4: true}
	for i, answer := range answers {
		switch err := <-answer; {
		case made[i] && err != nil:
			t.Errorf("operation %d: %v", i, err)
		case !made[i] && !errors.Is(err, driver.ErrConflict):
			t.Errorf("operation %d: %v, want %v", i, err, driver.ErrConflict)
		}
	}
	records := 0
	for r, err := range log.Scan(ctx, math.MinInt64, driver.Forever) {
		if err != nil || r.ID != commits[0].Record.ID {
			t.Errorf("record %s, %v", r.ID, err)
		}
		records++
	}
	if _, err := agenda.Get(ctx, driver.Outbox, "same"); records != 1 || !errors.Is(err, driver.ErrNotFound) {
		t.Errorf("%d records, want 1; the item of a commit that was refused: %v", records, err)
	}
	if other, err := views.Marked(ctx, "orders", "other"); other || err != nil {
		t.Errorf("the mark of a Put that was refused: %t, %v", other, err)
	}
	if _, err := views.Get(ctx, "orders", "2"); !errors.Is(err, driver.ErrNotFound) {
		t.Errorf("the document of a Put that was refused: %v", err)
	}
}

// A transaction that fails is an error for all in it, changes nothing, also not
// in memory, and is no obstacle for the next.
func TestFailure(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	broker := declared(t, store, driver.Subscription{})
	ctx := t.Context()
	if err := appendOne(ctx, store.Log(), 1); err != nil {
		t.Fatal(err)
	}
	before, err := store.Log().Head(ctx, streamOf(1))
	if err != nil {
		t.Fatal(err)
	}
	lost := errors.New("the disk is gone")
	resume := store.Stall(ctx)
	answers := []<-chan error{
		queued(t, store, 1, func() error { return store.Log().Commit(ctx, nextCommit(before, 1)) }),
		queued(t, store, 2, func() error { return store.Log().Commit(ctx, nextCommit(driver.Head{Stream: "new/1"}, 9000)) }),
		queued(t, store, 3, func() error { return store.Fail(ctx, lost) }),
		queued(t, store, 4, func() error {
			return broker.Publish(ctx, driver.Message{ID: "1", Topic: childTopic})
		}),
	}
	resume()
	for i, answer := range answers {
		if err := <-answer; !errors.Is(err, lost) {
			t.Errorf("operation %d: %v, want %v", i, err, lost)
		}
	}
	if after, err := store.Log().Head(ctx, streamOf(1)); err != nil || after.Version != before.Version || after.Hash != before.Hash {
		t.Errorf("the head changed: %v, %v", after, err)
	}
	wantsRecords(t, store, 1)
	for i := range int64(10) {
		if err := appendOne(ctx, store.Log(), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Log().Commit(ctx, nextCommit(driver.Head{Stream: "new/1"}, 9000)); err != nil {
		t.Errorf("the same commit again: %v", err)
	}
	wantsRecords(t, store, 12)
	if err := broker.Publish(ctx, driver.Message{ID: "2", Topic: childTopic}); err != nil {
		t.Fatal(err)
	}
	if ids := collect(t, broker, 1); ids[0] != "2" {
		t.Errorf("message %s arrived, want 2", ids[0])
	}
}

// An acknowledgement whose transaction failed is written by a later one.
func TestFailureKeepsAcknowledgements(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	broker := declared(t, store, driver.Subscription{})
	const n = 20
	for i := range n {
		if err := broker.Publish(t.Context(), driver.Message{ID: strconv.Itoa(i), Topic: childTopic}); err != nil {
			t.Fatal(err)
		}
	}
	resume := store.Stall(t.Context())
	collect(t, broker, n)
	lost := errors.New("the disk is gone")
	failed := queued(t, store, 1, func() error { return store.Fail(t.Context(), lost) })
	resume()
	if err := <-failed; !errors.Is(err, lost) {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		backlog, err := store.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if backlog[childSub] == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the backlog stays at %d", backlog[childSub])
		}
	}
}

// The write-ahead log is copied to the file as it grows, and begins anew.
func TestCheckpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := local.Open(t.Context(), dir, local.On(onDisk(t, dir), ""))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	for i := range int64(200) {
		if err := appendOne(t.Context(), store.Log(), i); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, databaseName+"-wal"))
	if err != nil || info.Size() > 60*4120 {
		t.Errorf("the write-ahead log has %d bytes after 200 commits, %v", info.Size(), err)
	}
}

// A caller whose context ends while it waits takes its operation back.
func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	resume := store.Stall(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	c := nextCommit(driver.Head{Stream: "order/1"}, 1)
	answer := queued(t, store, 1, func() error { return store.Log().Commit(ctx, c) })
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("Commit whose context ended: %v", err)
	}
	resume()
	if err := appendOne(t.Context(), store.Log(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Log().Record(t.Context(), c.Record.ID); !errors.Is(err, driver.ErrNotFound) {
		t.Errorf("the commit that was taken back: %v", err)
	}
}
