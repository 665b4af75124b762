package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// recordID returns an identity for a number.
func recordID(n int) string { return fmt.Sprintf("%032x", n) }

// next returns a commit of one event after a head.
func next(id string, head driver.Head) driver.Commit {
	head.Seq++
	head.Time++
	head.State = []byte("state")
	return driver.Commit{
		Record: driver.Record{ID: id, Stream: head.Stream, Seq: head.Seq, Count: 1, Time: head.Time, Correlation: "c", Body: []byte("body")},
		Head:   &head,
	}
}

func TestHandlingCostsOneReadAndTwoWrites(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	log := s.Log()
	for n := range 3 {
		before := s.Usage()
		head, err := log.Head(t.Context(), "order/42")
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Commit(t.Context(), next(recordID(n), head)); err != nil {
			t.Fatal(err)
		}
		if used, want := s.Usage().Sub(before).Counts(), (gcp.Usage{Reads: 1, Writes: 2}); used != want {
			t.Errorf("event %d used %+v, not %+v", n, used, want)
		}
	}
}

func TestProjectingCostsOneReadAndOneWrite(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	views := s.Views()
	for n := range 3 {
		before := s.Usage()
		doc, err := views.Get(t.Context(), "summary", "42")
		if errors.Is(err, driver.ErrNotFound) {
			doc, err = driver.Document{View: "summary", Key: "42"}, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		doc.Body = fmt.Appendf(nil, `{"n":%d}`, n)
		if err := views.Put(t.Context(), doc, ""); err != nil {
			t.Fatal(err)
		}
		if used, want := s.Usage().Sub(before).Counts(), (gcp.Usage{Reads: 1, Writes: 1}); used != want {
			t.Errorf("event %d used %+v, not %+v", n, used, want)
		}
	}
}

// What the Enterprise edition bills by size: 4 KiB of what is read, 1 KiB of what is
// written, and one for each index entry.
func TestUnits(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	log := s.Log()
	c := next(recordID(1), driver.Head{Stream: "order/1"})
	c.Record.Body, c.Head.State = make([]byte, 8700), make([]byte, 1500)
	before := s.Usage()
	if err := log.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	// The record has almost 9 KiB and three entries, the head 1.5 KiB and none.
	if used := s.Usage().Sub(before); used.Indexed != 3 || used.WriteUnits != 9+2+3 || used.NewBytes < 10_200 || used.NewBytes > 11_200 {
		t.Errorf("a commit used %+v", used)
	}
	before = s.Usage()
	if _, err := log.Record(t.Context(), c.Record.ID); err != nil {
		t.Fatal(err)
	}
	if used := s.Usage().Sub(before); used != (gcp.Usage{Reads: 1, ReadUnits: 3}) {
		t.Errorf("the record used %+v", used)
	}
	before = s.Usage()
	item := driver.Item{Kind: driver.Outbox, ID: "x", Due: 1}
	if err := s.Agenda().Put(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	if err := s.Agenda().Remove(t.Context(), item.Kind, item.ID); err != nil {
		t.Fatal(err)
	}
	if used := s.Usage().Sub(before); used != (gcp.Usage{Writes: 1, Deletes: 1, Indexed: 1, WriteUnits: 1 + 1 + 1}) {
		t.Errorf("an item used %+v", used)
	}
}

// The calls of a store, by name, with what makes Firestore check a precondition
// of each kind.
func calls(s *gcp.Store) map[string]func(context.Context) error {
	const version = "2026-01-02T03:04:05.000006Z"
	return map[string]func(context.Context) error{
		"head":   func(ctx context.Context) error { _, err := s.Log().Head(ctx, "order/1"); return err },
		"record": func(ctx context.Context) error { _, err := s.Log().Record(ctx, recordID(1)); return err },
		"commit first": func(ctx context.Context) error {
			return s.Log().Commit(ctx, next(recordID(1), driver.Head{Stream: "order/1"}))
		},
		"commit second": func(ctx context.Context) error {
			return s.Log().Commit(ctx, next(recordID(1), driver.Head{Stream: "order/1", Version: version}))
		},
		"put document": func(ctx context.Context) error {
			return s.Views().Put(ctx, driver.Document{View: "v", Key: "k", Version: version}, "")
		},
		"put item":    func(ctx context.Context) error { return s.Agenda().Put(ctx, driver.Item{Kind: driver.Outbox, ID: "1"}) },
		"remove item": func(ctx context.Context) error { return s.Agenda().Remove(ctx, driver.Outbox, "1") },
		"stream":      func(ctx context.Context) error { return drain(s.Log().Stream(ctx, "order/1", 1, 9)) },
		"scan":        func(ctx context.Context) error { return drain(s.Log().Scan(ctx, 0, driver.Forever)) },
		"due":         func(ctx context.Context) error { return drain(s.Agenda().Due(ctx, driver.Outbox, driver.Forever, 0)) },
		"query":       func(ctx context.Context) error { return drain(s.Views().Query(ctx, "v", driver.Query{})) },
		"drop":        func(ctx context.Context) error { return s.Views().Drop(ctx, "v") },
	}
}

// drain returns the error that ends a sequence.
func drain[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

// A commit whose answer was lost, tried again, would find its own document and
// report a conflict that never was.
func TestNothingIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.Unavailable, codes.ResourceExhausted, codes.Internal} {
		for name := range calls(nil) {
			s, faulty := newFaultyStore(t, status.New(code, "try again"))
			err := calls(s)[name](t.Context())
			if err == nil || errors.Is(err, driver.ErrConflict) || errors.Is(err, driver.ErrNotFound) {
				t.Errorf("%s: error is %v after %s", name, err, code)
			}
			limit := map[string]int64{"scan": 16, "due": 4}[name] // one for each slot
			if made := faulty.calls.Load(); made > max(limit, 1) {
				t.Errorf("%s: %d calls after %s", name, made, code)
			}
		}
	}
}

func TestConflictIsWhatFirestoreRefuses(t *testing.T) {
	t.Parallel()
	conflicts := map[codes.Code][]string{
		codes.AlreadyExists:      {"commit first", "commit second"},
		codes.FailedPrecondition: {"commit second", "put document"},
		codes.NotFound:           {"commit second", "put document"},
		codes.Aborted:            {"commit first", "commit second", "put document"},
		codes.Unknown:            nil,
		codes.PermissionDenied:   nil,
	}
	for code, want := range conflicts {
		s, _ := newFaultyStore(t, status.New(code, "no"))
		for name, call := range calls(s) {
			expected := false
			for _, w := range want {
				expected = expected || w == name
			}
			if err := call(t.Context()); err == nil || errors.Is(err, driver.ErrConflict) != expected {
				t.Errorf("%s: error is %v after %s", name, err, code)
			}
		}
	}
}

func TestCallsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(s) {
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestScanEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	fillStreams(t, s, 3, 60)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range s.Log().Scan(ctx, 0, driver.Forever) {
		if n++; n == 2 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("%d records, then %v", n, last)
	}
}

// fillStreams commits n events to each of some streams.
func fillStreams(t *testing.T, s *gcp.Store, streams, n int) {
	t.Helper()
	for i := range streams {
		head := driver.Head{Stream: fmt.Sprintf("order/%d", i), Time: driver.Time(i)}
		for j := range n {
			c := next(recordID(i*n+j), head)
			if err := s.Log().Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			var err error
			if head, err = s.Log().Head(t.Context(), head.Stream); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestOpenStoreChecksItsOptions(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]gcp.StoreOptions{
		"no project": {Emulator: "127.0.0.1:1"},
		"prefix":     {Project: "p", Prefix: "__", Emulator: "127.0.0.1:1"},
	} {
		if _, err := gcp.OpenStore(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
