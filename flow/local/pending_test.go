package local_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// TestPendingIsTheBacklog holds that what is counted in memory is what is on the
// disk, of what somebody receives: of messages that are done, fail, or become dead
// letters, and after opening the folder again.
func TestPendingIsTheBacklog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	broker := declared(t, store, driver.Subscription{MaxAttempts: 2, MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond})
	const all, bad = 30, 10
	for i := range all {
		if err := broker.Publish(t.Context(), driver.Message{ID: fmt.Sprint(i), Topic: childTopic}); err != nil {
			t.Fatal(err)
		}
	}
	if n := store.Pending(); n != 0 {
		t.Fatalf("%d are pending that nobody receives", n)
	}
	ctx, stop := context.WithCancel(t.Context())
	received := make(chan error, 1)
	go func() {
		received <- broker.Receive(ctx, childSub, func(_ context.Context, m driver.Message) error {
			if len(m.ID) == 1 { // 0 to 9
				return errors.New("it is bad")
			}
			return nil
		})
	}()
	awaitBacklog(t, store, driver.DeadLetters, bad, 0) // nobody receives them yet
	stop()
	if err := <-received; err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = open(t, dir)
	backlog, err := store.Backlog(t.Context())
	if n := store.Pending(); err != nil || n != 0 || backlog[driver.DeadLetters] != bad || backlog[childSub] != 0 {
		t.Fatalf("%d are pending that nobody receives; on the disk are %v, error %v", n, backlog, err)
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	go func() {
		received <- store.Broker(nil).Receive(ctx, driver.DeadLetters, func(context.Context, driver.Message) error { return nil })
	}()
	awaitBacklog(t, store, driver.DeadLetters, 0, 0)
	stop()
	if err := <-received; err != nil {
		t.Fatal(err)
	}
}

// awaitBacklog waits until a subscription alone has messages, a number of them, and
// as many are pending as they should.
func awaitBacklog(t *testing.T, store *local.Store, subscription string, want, wantPending int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		backlog, err := store.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pending := store.Pending()
		if backlog[subscription] == want && pending == wantPending {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d are pending, on the disk are %v, want %d", pending, backlog, want)
		}
	}
}

// What is published for a function that is gone piles up for ever, and is no work
// that anybody waits for.
func TestPendingLeavesOutWhatNobodyReceives(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	broker := store.Broker(nil)
	for _, name := range []string{"gone", "kept"} {
		if err := broker.Declare(t.Context(), driver.Subscription{Name: name, Topics: []string{childTopic}}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	received := make(chan error, 1)
	go func() {
		received <- broker.Receive(ctx, "kept", func(context.Context, driver.Message) error { return nil })
	}()
	for i := range 50 {
		if err := broker.Publish(t.Context(), driver.Message{ID: fmt.Sprint(i), Topic: childTopic}); err != nil {
			t.Fatal(err)
		}
	}
	awaitBacklog(t, store, "kept", 0, 0)
	if backlog, err := store.Backlog(t.Context()); err != nil || backlog["gone"] != 50 {
		t.Errorf("on the disk are %v, error %v", backlog, err)
	}
	stop()
	if err := <-received; err != nil {
		t.Fatal(err)
	}
}
