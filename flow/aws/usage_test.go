package aws_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/bench/hop"
	"github.com/onevent/onevent/flow/driver"
)

// What the package promises: a handled event costs one read, two written items and
// one publish. A command costs an item on the agenda more, which goes again.
func TestUsage(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	published := &shelf{}
	app := hop.App(false)
	app.Watch.Grace = -1 // what the sweep reads is by the minute
	system, err := flow.New(app, aws.Platform(store, published))
	if err != nil {
		t.Fatal(err)
	}
	const chains = 5
	before := store.Usage()
	for i := range chains {
		r := flow.Request{Command: "hop.start", Body: fmt.Appendf(nil, `{"chain":"c%d","sent":1,"fill":"x"}`, i)}
		if _, err := system.Execute(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	wantsUsage(t, "a command", store.Usage().Sub(before), chains, aws.Usage{Reads: 1, Writes: 3, Deletes: 1})

	before = store.Usage()
	handled := 0
	for m := range published.all() {
		for _, s := range system.Subscriptions() {
			if slices.Contains(s.Topics, m.Topic) {
				m.Subscription = s.Name
				if err := system.Deliver(t.Context(), m); err != nil {
					t.Fatal(err)
				}
				handled++
			}
		}
	}
	if handled != 3*chains {
		t.Fatalf("%d events were handled, want %d", handled, 3*chains)
	}
	wantsUsage(t, "an event", store.Usage().Sub(before), handled, aws.Usage{Reads: 1, Writes: 2})
}

func wantsUsage(t *testing.T, what string, used aws.Usage, n int, want aws.Usage) {
	t.Helper()
	used = used.Counts()
	per := aws.Usage{Reads: used.Reads / int64(n), Writes: used.Writes / int64(n), Deletes: used.Deletes / int64(n)}
	exact := aws.Usage{Reads: per.Reads * int64(n), Writes: per.Writes * int64(n), Deletes: per.Deletes * int64(n)}
	if per != want || exact.Reads != used.Reads || exact.Writes != used.Writes || used.Conflicts != 0 {
		t.Errorf("%d times %s used %+v, want %+v each", n, what, used, want)
	}
}

// What is billed by size is counted as DynamoDB does: 4 KB of what is read, 1 KB of what
// is written, twice in a transaction, and one for each index entry.
func TestUnits(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	log := store.Log()
	record := driver.Record{ID: strings.Repeat("a", 32), Stream: "order/1", Seq: 1, Count: 1, Time: 1, Body: make([]byte, 9000)}
	head := driver.Head{Stream: "order/1", Seq: 1, Time: 1, State: make([]byte, 1500)}
	used := func(what string, do func() error, wanted error, want aws.Usage) {
		t.Helper()
		before := store.Usage()
		if err := do(); !errors.Is(err, wanted) {
			t.Fatalf("%s: %v", what, err)
		}
		got := store.Usage().Sub(before)
		if got.NewBytes > 10_500 && got.NewBytes < 11_200 {
			got.NewBytes = 0 // with the names of all fields
		}
		if got != want {
			t.Errorf("%s used %+v\nwant %+v", what, got, want)
		}
	}
	commit := func() error { return log.Commit(t.Context(), driver.Commit{Record: record, Head: &head}) }
	// The record has 9 KB and something, the head 1.5.
	used("a commit", commit, nil, aws.Usage{Writes: 2, Indexed: 3, WriteUnits: 2*(9+2) + 3})
	used("a commit that is refused", commit, driver.ErrConflict, aws.Usage{Conflicts: 1, WriteUnits: 2 * (9 + 2)})
	used("the record", func() error { _, err := log.Record(t.Context(), record.ID); return err }, nil, aws.Usage{Reads: 1, ReadUnits: 3})
	used("no record", func() error { _, err := log.Record(t.Context(), strings.Repeat("b", 32)); return err }, driver.ErrNotFound, aws.Usage{Reads: 1, ReadUnits: 1})
	used("a flow", func() error { // the entry of the index, and the record
		for _, err := range log.Flow(t.Context(), "") {
			if err != nil {
				return err
			}
		}
		return nil
	}, nil, aws.Usage{Reads: 2, ReadUnits: 0.5 + 3})
	agenda, item := store.Agenda(), driver.Item{Kind: driver.Outbox, ID: "x", Due: 1, Body: make([]byte, 2100)}
	used("an item", func() error { return agenda.Put(t.Context(), item) }, nil, aws.Usage{Writes: 1, Indexed: 1, WriteUnits: 3 + 1})
	used("its end", func() error { return agenda.Remove(t.Context(), item.Kind, item.ID) }, nil, aws.Usage{Deletes: 1, Indexed: 1, WriteUnits: 3 + 1})
	used("nothing's end", func() error { return agenda.Remove(t.Context(), item.Kind, item.ID) }, nil, aws.Usage{Deletes: 1, WriteUnits: 1})
}

// A shelf is a publisher that keeps what it is given.
type shelf struct {
	mu       sync.Mutex
	messages []driver.Message
}

// Publish implements driver.Publisher.
func (s *shelf) Publish(_ context.Context, messages ...driver.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, messages...)
	return nil
}

// all yields the messages, also those that come meanwhile.
func (s *shelf) all() func(yield func(driver.Message) bool) {
	return func(yield func(driver.Message) bool) {
		for i := 0; ; i++ {
			s.mu.Lock()
			ended := i == len(s.messages)
			var m driver.Message
			if !ended {
				m = s.messages[i]
			}
			s.mu.Unlock()
			if ended || !yield(m) {
				return
			}
		}
	}
}
