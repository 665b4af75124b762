package local_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/local/internal/faultvfs"
)

// remedies are what an error of a disk says: what to do.
func remedies() []string {
	return []string{"check it", "free some space", "must be readable and writable", "put back a copy", "input/output error"}
}

// complaints are what a session was told on a disk that fails.
type complaints struct {
	t       *testing.T
	where   string
	errors  int
	stopped bool
}

// hear checks that an error says what to do.
func (c *complaints) hear(what string, err error) {
	c.errors++
	c.stopped = c.stopped || errors.Is(err, local.ErrStopped)
	if !slices.ContainsFunc(remedies(), func(r string) bool { return strings.Contains(err.Error(), r) }) {
		c.t.Errorf("%s: %s: the error says nobody what to do: %v", c.where, what, err)
	}
}

// ioSession plays a script on a disk with a fault. When the fault is gone, the
// folder is opened again, and at last the power is cut.
func ioSession(t *testing.T, seed uint64, where string, fault faultvfs.Fault) (*faultvfs.Disk, finding, *complaints) {
	dir := t.TempDir()
	disk := onDisk(t, dir)
	if fault.At > 0 {
		disk.Fail(fault)
	}
	said := &complaints{t: t, where: where}
	var f finding
	synctest.Test(t, func(t *testing.T) {
		said.t = t
		s := &session{random: source(seed, 0), disk: disk, dir: dir, ledger: newLedger(), failed: said.hear}
		for range 2 {
			if s.open(t.Context()) {
				s.run(t.Context(), 12)
				confirmNothing(t, s, said)
				s.close()
			}
			said.stopped = false
		}
		disk.Heal()
		s.failed = func(what string, err error) { t.Errorf("%s: %s with a disk that is well again: %v", where, what, err) }
		if s.open(t.Context()) {
			have, err := contentOf(t.Context(), s.store)
			if err != nil {
				t.Errorf("%s: %v", where, err)
			}
			f = s.ledger.compare(disk.Len(), have)
			s.run(t.Context(), 6)
			s.close()
		}
		recording := disk.Recording()
		random := source(seed, uint64(len(recording)))
		n := len(recording) - random.IntN(40)
		have, err := examine(t, recording.Cut(n, random), "", false)
		after := s.ledger.compare(n, have)
		f.required += after.required
		f.lost, f.wrong = append(f.lost, after.lost...), append(f.wrong, after.wrong...)
		if err != nil {
			f.wrong = append(f.wrong, err.Error())
		}
	})
	return disk, f, said
}

// confirmNothing fails the test if a store that stopped confirms something.
func confirmNothing(t *testing.T, s *session, said *complaints) {
	if !said.stopped {
		return
	}
	err := s.store.Agenda().Put(t.Context(), driver.Item{Kind: driver.Retries, ID: "1"})
	if !errors.Is(err, local.ErrStopped) {
		t.Errorf("%s: a store that stopped: %v, want %v", said.where, err, local.ErrStopped)
	}
}

// Whichever call to the disk fails, once or from then on, the store says so or
// goes on, loses nothing that it confirmed, also not to a power cut later, and is
// well when the disk is.
//
//	ONEVENT_IO_ERRORS=100000 go test ./flow/local -run TestIOErrors -timeout 1h
func TestIOErrors(t *testing.T) {
	t.Parallel()
	seed := firstSeed(t)
	limit := count(t, "ONEVENT_IO_ERRORS", 160)
	well, _, said := ioSession(t, seed, "no fault", faultvfs.Fault{})
	if said.errors > 0 {
		t.Fatalf("%d errors without a fault", said.errors)
	}
	faults := allFaults(well)
	step := max(1, len(faults)/limit)
	faulted, required, told, lost := 0, 0, 0, 0
	for i := 0; i < len(faults); i += step {
		fault := faults[i]
		where := fmt.Sprintf("ONEVENT_SEED=%d ONEVENT_IO_ERRORS=%d, %s number %d, sticky %t", seed, limit, faultvfs.Calls()[fault.Call], fault.At, fault.Sticky)
		_, f, said := ioSession(t, seed, where, fault)
		if len(f.lost)+len(f.wrong) > 0 {
			t.Errorf("%s: %s", where, &f)
		}
		faulted++
		required += f.required
		lost += len(f.lost)
		if said.errors > 0 {
			told++
		}
	}
	if told < faulted/2 {
		t.Errorf("only %d of %d faults were noticed", told, faulted)
	}
	t.Logf("i/o errors: %d of %d, told %d, survived unnoticed %d, acknowledged %d, lost %d",
		faulted, len(faults), told, faulted-told, required, lost)
}

// allFaults returns a fault for each call of a session, once and sticky.
func allFaults(well *faultvfs.Disk) (faults []faultvfs.Fault) {
	for _, call := range slices.Sorted(maps.Keys(faultvfs.Calls())) {
		for at := range well.Count(call) {
			faults = append(faults, faultvfs.Fault{Call: call, At: at + 1}, faultvfs.Fault{Call: call, At: at + 1, Sticky: true})
		}
	}
	return faults
}
