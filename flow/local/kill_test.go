package local_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// A witness collects what children said before they were killed.
type witness struct {
	committed, published, done map[string]bool // record IDs
}

func (w witness) hear(lines []string) {
	for _, line := range lines {
		words := strings.Fields(line)
		if len(words) != 3 || len(words[2]) != 32 {
			continue // cut off in the middle
		}
		switch words[0] {
		case "committed":
			w.committed[words[2]] = true
		case "published":
			w.published[words[2]] = true
		case "done":
			w.done[words[2]] = true
		}
	}
}

// What was confirmed before a process was killed is there afterwards, the
// streams have no gaps, and the queue has what was not done.
func TestKill(t *testing.T) {
	t.Parallel()
	const cycles = 20
	dir := t.TempDir()
	w := witness{committed: map[string]bool{}, published: map[string]bool{}, done: map[string]bool{}}
	for range cycles {
		c := start(t, "append", dir)
		time.AfterFunc(time.Duration(20+rand.IntN(80))*time.Millisecond, func() { _ = c.Process.Kill() })
		w.hear(c.rest())
		_ = c.Wait() // killed
		w.check(t, dir)
	}
	if len(w.published) < cycles || len(w.done) < cycles {
		t.Fatalf("only %d records were published and %d done", len(w.published), len(w.done))
	}
	t.Logf("%d kills, %d commits, %d messages, %d of them done", cycles, len(w.committed), len(w.published), len(w.done))
	w.checkQueue(t, dir)
}

// check looks at the log and the agenda.
func (w witness) check(t *testing.T, dir string) {
	t.Helper()
	store, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	found := map[string]bool{}
	items := 0
	for hand := range childHands {
		stream := streamName(hand)
		seq := uint64(0)
		for r, err := range store.Log().Stream(t.Context(), stream, 1, math.MaxUint64) {
			if err != nil || r.Seq != seq+1 {
				t.Fatalf("%s: after %d comes %d, %v", stream, seq, r.Seq, err)
			}
			seq = r.Seq
			found[r.ID] = true
		}
		if head, err := store.Log().Head(t.Context(), stream); err != nil || head.Seq != seq {
			t.Fatalf("%s: the head is %d, %v, the last record %d", stream, head.Seq, err, seq)
		}
	}
	for item, err := range store.Agenda().Due(t.Context(), driver.Outbox, driver.Forever, 0) {
		if err != nil || !found[item.ID] {
			t.Fatalf("item %s without its record, %v", item.ID, err)
		}
		items++
	}
	for id := range w.committed {
		if !found[id] {
			t.Errorf("%s was confirmed, and is gone", id)
		}
	}
	if items != len(found) {
		t.Errorf("%d records have %d items", len(found), items)
	}
}

// checkQueue receives what is left.
func (w witness) checkQueue(t *testing.T, dir string) {
	t.Helper()
	store := open(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	missing := map[string]bool{}
	for id := range w.published {
		if !w.done[id] {
			missing[id] = true
		}
	}
	got := make(chan string)
	received := make(chan error, 1)
	go func() {
		received <- store.Broker(nil).Receive(ctx, childSub, func(ctx context.Context, m driver.Message) error {
			select {
			case got <- m.ID:
				return nil
			case <-ctx.Done():
				return errors.New("nobody waits")
			}
		})
	}()
	for len(missing) > 0 {
		select {
		case id := <-got:
			delete(missing, id)
			if _, err := store.Log().Record(ctx, id); err != nil {
				t.Errorf("message of a record that is not there: %v", err)
			}
		case <-ctx.Done():
			t.Fatalf("%d messages that were published and not done are gone", len(missing))
		}
	}
	cancel()
	for {
		select {
		case <-got: // accepted without being confirmed, or done without the disk knowing
		case err := <-received:
			if err != nil {
				t.Error(err)
			}
			return
		}
	}
}
