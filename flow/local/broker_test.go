package local_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// declared returns a broker of a store with one subscription.
func declared(t *testing.T, store *local.Store, sub driver.Subscription) *local.Broker {
	t.Helper()
	broker := store.Broker(nil)
	sub.Name, sub.Topics = childSub, []string{childTopic}
	if err := broker.Declare(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	return broker
}

// collect receives until n messages with different IDs are done, and returns the
// IDs in the order of their arrival.
func collect(t *testing.T, broker driver.Broker, n int) (ids []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	got := make(chan string, 10*n)
	received := make(chan error, 1)
	go func() {
		received <- broker.Receive(ctx, childSub, func(_ context.Context, m driver.Message) error {
			got <- m.ID
			return nil
		})
	}()
	for len(ids) < n {
		select {
		case id := <-got:
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		case <-ctx.Done():
			t.Fatalf("%d messages arrived, want %d", len(ids), n)
		}
	}
	cancel()
	if err := <-received; err != nil {
		t.Fatal(err)
	}
	return ids
}

// A message that ends the process every time is a dead letter in the end, and
// those that were delivered beside it are not.
func TestPoison(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	broker := declared(t, store, driver.Subscription{MaxAttempts: poisonTries})
	missing := map[string]bool{"1": true, "2": true, "3": true}
	for _, id := range []string{"1", childPoison, "2", "3"} {
		if err := broker.Publish(t.Context(), driver.Message{ID: id, Topic: childTopic}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, attempt := range []int{1, 1, 2, 3, 4, 0} { // the first was not written down
		c := start(t, "poison", dir)
		said := c.rest()
		for _, line := range said {
			delete(missing, strings.TrimPrefix(line, "received "))
		}
		err := c.Wait()
		if attempt == 0 {
			if err != nil || !slices.Contains(said, "dead "+childPoison+" "+childSub) {
				t.Fatalf("the last process said %q, %v", said, err)
			}
			break
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 3 || !slices.Contains(said, fmt.Sprintf("dying %d", attempt)) {
			t.Fatalf("the process of attempt %d said %q, %v", attempt, said, err)
		}
	}
	backlog, err := open(t, dir).Backlog(t.Context())
	if err != nil || backlog[childSub] < len(missing) || backlog[driver.DeadLetters] != 0 {
		t.Fatalf("%d messages were not delivered, the backlog is %v, %v", len(missing), backlog, err)
	}
}

// What was declared by one process is known to another.
func TestPublishWithoutDeclare(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	declared(t, store, driver.Subscription{})
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	broker := open(t, dir).Broker(nil)
	if err := broker.Publish(t.Context(), driver.Message{ID: "1", Topic: childTopic}); err != nil {
		t.Fatal(err)
	}
	collect(t, broker, 1)
}

func TestReceiveUndeclared(t *testing.T) {
	t.Parallel()
	err := open(t, t.TempDir()).Broker(nil).Receive(t.Context(), "unknown", nil)
	wantsError(t, err, driver.ErrNotFound, "unknown")
}

// Messages that nobody received are read from the disk, page after page.
func TestBacklogIsPaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir)
	broker := declared(t, store, driver.Subscription{})
	const n = 2500
	messages := make([]driver.Message, n)
	for i := range messages {
		messages[i] = driver.Message{ID: strconv.Itoa(i), Topic: childTopic}
	}
	if err := broker.Publish(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
	collect(t, broker, n)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	backlog, err := open(t, dir).Backlog(t.Context())
	if err != nil || backlog[childSub] != 0 {
		t.Fatalf("the backlog is %v, %v", backlog, err)
	}
}

// A queue that is larger than the memory that it may take loses nothing, while
// messages come, fail, and are done.
func TestQueueBeyondMemory(t *testing.T) {
	t.Parallel()
	broker := declared(t, open(t, t.TempDir()), driver.Subscription{Concurrency: 2, MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond})
	const n, size = 60, 1_000_000
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	release, got := make(chan struct{}), make(chan string, n)
	var calls atomic.Int64
	received := make(chan error, 1)
	go func() {
		received <- broker.Receive(ctx, childSub, func(_ context.Context, m driver.Message) error {
			<-release
			if calls.Add(1)%3 == 0 {
				return errors.New("not now")
			}
			if len(m.Data) != size {
				t.Errorf("message %s has %d bytes", m.ID, len(m.Data))
			}
			got <- m.ID
			return nil
		})
	}()
	for i := range n {
		if err := broker.Publish(t.Context(), driver.Message{ID: strconv.Itoa(i), Topic: childTopic, Data: make([]byte, size)}); err != nil {
			t.Fatal(err)
		}
		if i == n*3/4 {
			close(release)
		}
	}
	seen := map[string]bool{}
	for len(seen) < n {
		select {
		case id := <-got:
			if seen[id] {
				t.Fatalf("message %s came again after it was done", id)
			}
			seen[id] = true
		case <-time.After(20 * time.Second):
			t.Fatalf("%d messages arrived, want %d", len(seen), n)
		}
	}
	cancel()
	if err := <-received; err != nil {
		t.Fatal(err)
	}
}

// The attempts of a message are counted across processes.
func TestAttemptsSurvive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sub := driver.Subscription{MinBackoff: time.Millisecond, MaxBackoff: time.Millisecond}
	for try := range 3 {
		store := open(t, dir)
		broker := declared(t, store, sub)
		if try == 0 {
			if err := broker.Publish(t.Context(), driver.Message{ID: "1", Topic: childTopic}); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		err := broker.Receive(ctx, childSub, func(_ context.Context, m driver.Message) error {
			if m.Attempt < 2*try+1 {
				t.Errorf("in process %d it is attempt %d", try, m.Attempt)
			}
			if m.Attempt >= 2*try+2 {
				cancel()
			}
			return fmt.Errorf("attempt %d", m.Attempt)
		})
		cancel()
		if err := errors.Join(err, store.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// What is beyond the limits of the contract is refused.
func TestBrokerLimits(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	broker := store.Broker(nil)
	for _, sub := range []driver.Subscription{
		{Name: ""},
		{Name: "ab"},
		{Name: "1abc"},
		{Name: "-abc"},
		{Name: "aBc"},
		{Name: "a_b"},
		{Name: driver.DeadLetters},
		{Name: "abc", AckWithin: -1},
		{Name: "abc", Concurrency: -1},
	} {
		if err := broker.Declare(t.Context(), sub); err == nil {
			t.Errorf("Declare(%+v) returned nil", sub)
		}
	}
	for _, m := range []driver.Message{
		{ID: "1"},
		{Topic: "a"},
		{ID: "1", Topic: "a", Attributes: map[string]string{"A": "b"}},
		{ID: "1", Topic: "a", Attributes: map[string]string{"a": ""}},
		{ID: "1", Topic: "a", Attributes: map[string]string{"a": "\xff"}},
	} {
		if err := broker.Publish(t.Context(), m); err == nil {
			t.Errorf("Publish(%+v) returned nil", m)
		}
	}
}
