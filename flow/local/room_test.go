package local_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/onevent/onevent/flow/local"
)

// A disk without room is an error that says so and changes nothing, wherever it
// comes, and when there is room the same store goes on.
func TestNoRoom(t *testing.T) {
	t.Parallel()
	seed := firstSeed(t)
	full, required := 0, 0
	for room := range int64(24) {
		f, errs := noRoom(t, seed, 512+room*9000)
		full += errs
		required += f.required
		if len(f.lost)+len(f.wrong) > 0 {
			t.Errorf("ONEVENT_SEED=%d, room for %d bytes: %s", seed, 512+room*9000, &f)
		}
	}
	if full < 100 {
		t.Errorf("only %d errors", full)
	}
	t.Logf("disk full: 24 runs, %d errors, acknowledged %d", full, required)
}

func noRoom(t *testing.T, seed uint64, room int64) (f finding, full int) {
	dir := t.TempDir()
	disk := onDisk(t, dir)
	synctest.Test(t, func(t *testing.T) {
		s := &session{random: source(seed, 0), disk: disk, dir: dir, ledger: newLedger()}
		s.failed = func(what string, err error) { t.Errorf("room for %d bytes: %s: %v", room, what, err) }
		if !s.open(t.Context()) {
			return
		}
		disk.SetCapacity(disk.Used() + room)
		s.failed = func(what string, err error) {
			full++
			if !errors.Is(err, local.ErrFull) {
				t.Errorf("room for %d bytes: %s: %v, want %v", room, what, err, local.ErrFull)
			}
		}
		s.run(t.Context(), 40)
		for range 2 {
			have, err := contentOf(t.Context(), s.store)
			if err != nil {
				t.Errorf("room for %d bytes: %v", room, err)
			}
			f = s.ledger.compare(disk.Len(), have)
			disk.SetCapacity(0)
			s.failed = func(what string, err error) { t.Errorf("%s with room again: %v", what, err) }
			s.run(t.Context(), 20)
		}
		s.close()
	})
	return f, full
}
