package local_test

import (
	"context"
	"errors"
	"math"
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

// killsOfFolder is how often a process is killed on one folder, which grows.
const killsOfFolder = 25

// What was confirmed before a process was killed is there afterwards, the
// streams have no gaps, and the queue has what was not done.
//
//	ONEVENT_KILLS=10000 go test ./flow/local -run TestKill -timeout 2h
func TestKill(t *testing.T) {
	t.Parallel()
	kills := count(t, "ONEVENT_KILLS", 240)
	seed := firstSeed(t)
	committed, published, done := 0, 0, 0
	for killed := 0; killed < kills; seed++ {
		n := min(killsOfFolder, kills-killed)
		w := killRepeatedly(t, seed, n)
		committed, published, done = committed+len(w.committed), published+len(w.published), done+len(w.done)
		killed += n
	}
	if published < kills/2 || done < kills/2 {
		t.Errorf("only %d records were published and %d done", published, done)
	}
	if !t.Failed() {
		t.Logf("kills: %d, acknowledged %d (%d commits, %d messages, %d done), lost 0, corrupt 0",
			kills, committed+published, committed, published, done)
	}
}

// killRepeatedly kills processes that work on one folder, one after the other,
// each at a moment that the seed says. What it did until then differs.
func killRepeatedly(t *testing.T, seed uint64, n int) witness {
	dir := t.TempDir()
	random := source(seed, 0)
	w := witness{committed: map[string]bool{}, published: map[string]bool{}, done: map[string]bool{}}
	for range n {
		c := start(t, "append", dir)
		time.AfterFunc(time.Duration(2000+random.IntN(38000))*time.Microsecond, func() { _ = c.Process.Kill() })
		w.hear(c.rest())
		_ = c.Wait() // killed
		w.check(t, dir)
		if t.Failed() {
			t.Fatalf("ONEVENT_SEED=%d", seed)
		}
	}
	w.checkQueue(t, dir)
	return w
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
		seq, hash := uint64(0), driver.Hash{}
		for r, err := range store.Log().Stream(t.Context(), stream, 1, math.MaxUint64) {
			if err != nil || r.Seq != seq+1 {
				t.Fatalf("%s: after %d comes %d, %v", stream, seq, r.Seq, err)
			}
			if r.Hash != chained(hash, r) {
				t.Fatalf("%s/%d: the hash is not that of the record", stream, seq)
			}
			seq, hash = r.Seq, r.Hash
			found[r.ID] = true
		}
		if head, err := store.Log().Head(t.Context(), stream); err != nil || head.Seq != seq || head.Hash != hash {
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
	if found, err := store.Integrity(t.Context()); err != nil || found != "ok" {
		t.Errorf("integrity: %s, %v", found, err)
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
