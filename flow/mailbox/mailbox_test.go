package mailbox_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/mailbox"
)

var _ driver.Mailbox = (*mailbox.Mailboxes)(nil)

func enter(t *testing.T, m *mailbox.Mailboxes, stream string) (leave func()) {
	t.Helper()
	leave, err := m.Enter(t.Context(), stream)
	if err != nil {
		t.Fatalf("Enter %s: %v", stream, err)
	}
	return leave
}

// waits polls until somebody waits for a mailbox.
func waits(t *testing.T, m *mailbox.Mailboxes, stream string, count int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); mailbox.Waiting(m, stream) != count; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d wait for %s, want %d", mailbox.Waiting(m, stream), stream, count)
		}
	}
}

func TestStreamsDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	m := mailbox.New()
	a, b := enter(t, m, "order/a"), enter(t, m, "order/b")
	a()
	b()
	enter(t, m, "order/a")()
}

func TestOneAtATime(t *testing.T) {
	t.Parallel()
	const workers, rounds, streams = 16, 200, 3
	m := mailbox.New()
	var inside [streams]int // guarded by the mailboxes alone: the race detector looks on
	var all sync.WaitGroup
	for worker := range workers {
		random := rand.New(rand.NewPCG(1, uint64(worker)))
		all.Go(func() {
			for range rounds {
				stream := random.IntN(streams)
				leave, err := m.Enter(t.Context(), string(rune('a'+stream)))
				if err != nil {
					t.Errorf("Enter: %v", err)
					return
				}
				if inside[stream]++; inside[stream] != 1 {
					t.Errorf("%d are in one mailbox", inside[stream])
				}
				runtime.Gosched()
				inside[stream]--
				leave()
			}
		})
	}
	all.Wait()
	if n := mailbox.Len(m); n != 0 {
		t.Errorf("%d mailboxes are kept that nobody is in", n)
	}
}

func TestFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	const count = 20
	m := mailbox.New()
	leave := enter(t, m, "order/a")
	turns := make(chan int, count)
	var all sync.WaitGroup
	for i := range count {
		all.Go(func() {
			leave, err := m.Enter(t.Context(), "order/a")
			if err != nil {
				t.Errorf("Enter: %v", err)
				return
			}
			turns <- i
			leave()
		})
		waits(t, m, "order/a", i+1)
	}
	leave()
	all.Wait()
	for i := range count {
		if turn := <-turns; turn != i {
			t.Fatalf("turn %d was %d's", i, turn)
		}
	}
}

func TestEnterEndsWithItsContext(t *testing.T) {
	t.Parallel()
	m := mailbox.New()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Enter(ctx, "order/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Enter of a free mailbox with an ended context: %v", err)
	}
	leave := enter(t, m, "order/a")
	ctx, cancel = context.WithCancel(t.Context())
	gaveUp := make(chan error, 1)
	go func() {
		_, err := m.Enter(ctx, "order/a")
		gaveUp <- err
	}()
	waits(t, m, "order/a", 1)
	entered := make(chan func(), 1)
	go func() {
		leave, err := m.Enter(t.Context(), "order/a")
		if err != nil {
			t.Errorf("Enter: %v", err)
		}
		entered <- leave
	}()
	waits(t, m, "order/a", 2)
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("Enter, whose context ended: %v", err)
	}
	waits(t, m, "order/a", 1)
	leave()
	(<-entered)() // the one behind was not forgotten
	if n := mailbox.Len(m); n != 0 {
		t.Errorf("%d mailboxes are kept that nobody is in", n)
	}
}

// TestGivingUpAtTheLastMoment lets the context end as the mailbox is handed over.
// Whoever wins, the mailbox must not stay taken.
func TestGivingUpAtTheLastMoment(t *testing.T) {
	t.Parallel()
	for range 2000 {
		m := mailbox.New()
		leave := enter(t, m, "order/a")
		ctx, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() {
			if leave, err := m.Enter(ctx, "order/a"); err == nil {
				leave()
			}
		})
		waits(t, m, "order/a", 1)
		both.Go(cancel)
		leave()
		both.Wait()
		if n := mailbox.Len(m); n != 0 {
			t.Fatalf("%d mailboxes stay taken", n)
		}
	}
}

func TestLeavingTwiceIsLeavingOnce(t *testing.T) {
	t.Parallel()
	m := mailbox.New()
	first := enter(t, m, "order/a")
	first()
	second := enter(t, m, "order/a")
	first()
	if n := mailbox.Len(m); n != 1 {
		t.Fatalf("the second is in %d mailboxes", n)
	}
	second()
}
