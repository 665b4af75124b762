package aws_test

import (
	"context"
	"fmt"
	"slices"
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
	per := aws.Usage{Reads: used.Reads / int64(n), Writes: used.Writes / int64(n), Deletes: used.Deletes / int64(n)}
	exact := aws.Usage{Reads: per.Reads * int64(n), Writes: per.Writes * int64(n), Deletes: per.Deletes * int64(n)}
	if per != want || exact.Reads != used.Reads || exact.Writes != used.Writes || used.Conflicts != 0 {
		t.Errorf("%d times %s used %+v, want %+v each", n, what, used, want)
	}
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
