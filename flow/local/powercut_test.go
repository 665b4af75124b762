package local_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/local/internal/faultvfs"
)

// count returns how often a test does what it does: what a variable of the
// environment says, or what is enough for every day.
func count(t testing.TB, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" && variable != seedVariable {
		return max(1, otherwise/slowness)
	}
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, not a number", variable, text)
	}
	return n
}

// seedVariable names where the seeds of a test begin.
const seedVariable = "ONEVENT_SEED"

// firstSeed is where the seeds of a test begin.
func firstSeed(t testing.TB) uint64 {
	t.Helper()
	return uint64(count(t, seedVariable, 1))
}

// How many power cuts come from one seed: so many moments of one recorded run,
// and so many runs that end with a cut, each on what the one before it left.
const (
	recordedCuts = 40
	liveCuts     = 10
	cutsOfSeed   = recordedCuts + liveCuts
)

// A tally adds up what power cuts did.
type tally struct {
	cuts, required, lost, corrupt int
	problems                      []string
}

func (c *tally) add(where string, f finding, err error) {
	c.cuts++
	c.required += f.required
	c.lost += len(f.lost)
	if err != nil {
		c.corrupt++
		c.problems = append(c.problems, fmt.Sprintf("%s: %v", where, err))
	}
	if len(f.wrong) > 0 {
		c.corrupt++
	}
	if len(f.lost)+len(f.wrong) > 0 {
		c.problems = append(c.problems, where+": "+f.String())
	}
}

// What was confirmed is there after a power cut, whenever that comes: each
// record, head, document, mark, item and message, whole, in its order, and the
// store goes on.
//
//	ONEVENT_POWER_CUTS=50000 go test ./flow/local -run TestPowerCuts -timeout 2h
func TestPowerCuts(t *testing.T) {
	t.Parallel()
	full := powerCuts(t, count(t, "ONEVENT_POWER_CUTS", 500), "")
	for _, p := range first(full.problems) {
		t.Error(p)
	}
	normal := powerCuts(t, cutsOfSeed, "NORMAL") // the canary: a test that finds nothing wrong with this finds nothing
	off := powerCuts(t, cutsOfSeed, "OFF")
	if normal.lost == 0 || off.lost == 0 {
		t.Errorf("synchronous=NORMAL lost %d and OFF lost %d: this test proves nothing", normal.lost, off.lost)
	}
	if normal.corrupt > 0 {
		t.Errorf("synchronous=NORMAL may lose, but not break: %v", first(normal.problems))
	}
	t.Logf("power cuts: %d, acknowledged %d, lost %d, corrupt %d (NORMAL: lost %d of %d; OFF: lost %d of %d, corrupt %d)",
		full.cuts, full.required, full.lost, full.corrupt, normal.lost, normal.required, off.lost, off.required, off.corrupt)
}

// powerCuts makes cuts, each seed's in a test of its own: when that ends, its disks
// and folders go.
func powerCuts(t *testing.T, cuts int, synchronous string) (c tally) {
	for seed := firstSeed(t); c.cuts < cuts; seed++ {
		t.Run(fmt.Sprintf("%s%d", synchronous, seed), func(t *testing.T) {
			cutRecorded(t, seed, synchronous, &c)
			cutLive(t, seed, synchronous, &c)
		})
		if len(c.problems) > 5 && synchronous == "" {
			return c
		}
	}
	return c
}

// source returns the random numbers of one part of a seed.
func source(seed, part uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, part)) }

// again says how a failure is seen again.
func again(seed uint64) string {
	return fmt.Sprintf("ONEVENT_SEED=%d ONEVENT_POWER_CUTS=%d", seed, cutsOfSeed)
}

// record runs a session from an empty folder to its end, closed and opened in
// its middle.
func record(t *testing.T, seed uint64, synchronous string) (faultvfs.Recording, *ledger) {
	dir := t.TempDir()
	disk := onDisk(t, dir)
	ledger := newLedger()
	synctest.Test(t, func(t *testing.T) {
		s := &session{
			random: source(seed, 0), disk: disk, dir: dir, synchronous: synchronous, ledger: ledger,
			failed: func(what string, err error) { t.Errorf("seed %d: %s: %v", seed, what, err) },
		}
		for range 2 {
			if s.open(t.Context()) {
				s.run(t.Context(), 40)
				s.close()
			}
		}
	})
	return disk.Recording(), ledger
}

// One seed gives one recording, so that a failure is seen again.
func TestRecordingRepeats(t *testing.T) {
	t.Parallel()
	seed := firstSeed(t)
	one, oneLedger := record(t, seed, "")
	two, twoLedger := record(t, seed, "")
	if len(one) != len(two) {
		t.Errorf("%d operations, then %d", len(one), len(two))
	}
	for i := range min(len(one), len(two)) {
		if one[i].String() != two[i].String() {
			t.Fatalf("operation %d: %v, then %v", i, one[i], two[i])
		}
	}
	for name, changes := range oneLedger.changes {
		for i, c := range changes {
			other := twoLedger.changes[name]
			if i >= len(other) || other[i].value != c.value || other[i].begun != c.begun || other[i].confirmed != c.confirmed {
				t.Fatalf("%s: change %d is %v, then otherwise", name, i, c)
			}
		}
	}
}

func cutRecorded(t *testing.T, seed uint64, synchronous string, c *tally) {
	recording, ledger := record(t, seed, synchronous)
	for i := range uint64(recordedCuts) {
		random := source(seed, 1+i)
		n := 1 + random.IntN(len(recording))
		where := fmt.Sprintf("%s, cut %d after operation %d of %d, %v", again(seed), i, n, len(recording), recording[n-1])
		have, err := examine(t, recording.Cut(n, random), synchronous, i%8 == 0)
		c.add(where, ledger.compare(n, have), err)
	}
}

// cutLive runs a session until the power is cut, then one more on what is left,
// and so on.
func cutLive(t *testing.T, seed uint64, synchronous string, c *tally) {
	ledger := newLedger()
	image := faultvfs.Image{}
	for i := range uint64(liveCuts) {
		random := source(seed, 1000+i)
		where := fmt.Sprintf("%s, run %d", again(seed), i)
		recording := runUntilCut(t, image, random, synchronous, ledger)
		image = recording.Cut(len(recording), random)
		have, err := examine(t, image, synchronous, false)
		c.add(where, ledger.compare(0, have), err)
		if err != nil {
			return
		}
		ledger.settle(have)
	}
}

func runUntilCut(t *testing.T, image faultvfs.Image, random *rand.Rand, synchronous string, ledger *ledger) faultvfs.Recording {
	dir := t.TempDir()
	if err := image.WriteTo(dir); err != nil {
		t.Fatal(err)
	}
	disk := onDisk(t, dir)
	disk.CutAt(5 + random.IntN(400))
	synctest.Test(t, func(t *testing.T) {
		s := &session{random: random, disk: disk, dir: dir, synchronous: synchronous, ledger: ledger, live: true, failed: func(string, error) {}}
		if s.open(t.Context()) {
			s.run(t.Context(), 60)
			s.close()
		}
	})
	return disk.Recording()
}

// examine opens what a power cut left, reads all of it, and works on with it.
func examine(t *testing.T, image faultvfs.Image, synchronous string, receive bool) (content, error) {
	dir := t.TempDir()
	if err := image.WriteTo(dir); err != nil {
		t.Fatal(err)
	}
	disk := onDisk(t, dir)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	store, err := local.Open(ctx, dir, local.On(disk, synchronous))
	if err != nil {
		return content{}, err
	}
	defer store.Close()
	have, err := contentOf(ctx, store)
	if err != nil {
		return have, err
	}
	if found, err := store.Integrity(ctx); err != nil || found != "ok" {
		return have, fmt.Errorf("integrity: %s, %w", found, err)
	}
	return have, worksOn(ctx, store, receive)
}

// worksOn commits, publishes and, if it is to, receives.
func worksOn(ctx context.Context, store *local.Store, receive bool) error {
	for i := range workHands {
		head, err := store.Log().Head(ctx, streamName(i))
		if err != nil {
			return err
		}
		if err := store.Log().Commit(ctx, nextCommit(head, int64(i))); err != nil {
			return err
		}
	}
	broker := store.Broker(nil)
	if err := broker.Declare(ctx, driver.Subscription{Name: workSub, Topics: []string{workTopic}}); err != nil {
		return err
	}
	if err := broker.Publish(ctx, driver.Message{ID: "the last", Topic: workTopic}); err != nil || !receive {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	arrived := false
	err := broker.Receive(ctx, workSub, func(_ context.Context, m driver.Message) error {
		if m.ID == "the last" {
			arrived = true
			cancel()
		}
		return nil
	})
	if err == nil && !arrived {
		err = fmt.Errorf("a message that was published does not arrive")
	}
	return err
}
