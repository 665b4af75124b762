package local_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/local/internal/faultvfs"
)

// What became of a bit that was flipped.
const (
	refused  = "refused by open"    // with ErrDamaged, or another reason
	unread   = "an error when read" // of SQLite, or of this package
	unsound  = "found by integrity_check"
	unlinked = "found by the chain"    // the log does not fit together
	restored = "derived"               // a document, an item or a message differs; the log does not
	harmless = "harmless"              // all is as it was
	silent   = "silent"                // the log differs and nobody says so
	cutOff   = "taken for a power cut" // the last transactions of the write-ahead log are gone
)

// Each bit of the file, and of the write-ahead log beside it, that changes what
// the log says is found: by SQLite, or by the chain of hashes. Nothing panics.
//
//	ONEVENT_BIT_FLIPS=20000 go test ./flow/local -run TestBitFlips -timeout 1h
func TestBitFlips(t *testing.T) {
	t.Parallel()
	flips := count(t, "ONEVENT_BIT_FLIPS", 300)
	seed := firstSeed(t)
	recording, _ := record(t, seed, "")
	closed := recording.Cut(len(recording), source(seed, 0))
	open := recording.Cut(len(recording)*9/10, source(seed, 0)) // with a write-ahead log
	wants := []content{peekWell(t, closed), peekWell(t, open)}
	found := map[string]int{}
	things := map[string]int{}
	for i := range uint64(flips) { //nolint:paralleltest // one after the other: their findings are counted
		image, want, random := closed, wants[0], source(seed, 1+i)
		if i%4 == 0 {
			image, want = open, wants[1]
		}
		names := slices.Sorted(maps.Keys(image))
		name := names[random.IntN(len(names))]
		if len(image[name]) == 0 {
			name = databaseName
		}
		bit := random.IntN(8 * len(image[name]))
		harmed := maps.Clone(image)
		harmed[name] = bytes.Clone(image[name])
		harmed[name][bit/8] ^= 1 << (bit % 8)
		var outcome string
		var differing []string
		t.Run(fmt.Sprint(i), func(t *testing.T) { // at its end its disk and folder go
			outcome, differing = judge(t, harmed, want)
		})
		if outcome == silent && name != databaseName && nearEnd(image[name], bit/8) {
			outcome = cutOff
		}
		found[outcome]++
		for _, kind := range differing {
			things[kind]++
		}
		if outcome == silent {
			t.Errorf("ONEVENT_SEED=%d ONEVENT_BIT_FLIPS=%d: flip %d, bit %d of %s: %v differ", seed, flips, i, bit, name, differing)
		}
	}
	t.Logf("bit flips: %d, %v; derived things that differ: %v", flips, found, things)
}

// peekWell reads an image that nothing was done to.
func peekWell(t *testing.T, image faultvfs.Image) content {
	c, obstacle := peek(t, image)
	if obstacle != "" || len(c.things) == 0 {
		t.Fatalf("before a bit was flipped: %s", obstacle)
	}
	return c
}

// nearEnd says whether a byte of a write-ahead log is in its header or in its
// last transactions, where a change looks like what a power cut leaves.
func nearEnd(log []byte, at int) bool {
	const header, frame = 32, 24 + 4096
	ends := 0
	for i := max(0, at-header) / frame; header+(i+1)*frame <= len(log); i++ {
		f := log[header+i*frame:]
		if bytes.Equal(f[8:16], log[16:24]) && !bytes.Equal(f[4:8], make([]byte, 4)) {
			ends++
		}
	}
	return at < header || ends <= 2
}

// judge says what became of a flipped bit, and which kinds of things differ
// without an error that says so.
func judge(t *testing.T, image faultvfs.Image, want content) (outcome string, differing []string) {
	have, how := peek(t, image)
	switch {
	case how != "":
		return how, nil
	case len(have.wrong) > 0:
		return unlinked, nil
	}
	kinds := map[string]bool{}
	for name := range want.things {
		if have.things[name] != want.things[name] {
			kinds[strings.Fields(name)[0]] = true
		}
	}
	for name := range have.things {
		if _, ok := want.things[name]; !ok {
			kinds[strings.Fields(name)[0]] = true
		}
	}
	if !maps.Equal(have.messages, want.messages) {
		kinds["message"] = true
	}
	switch {
	case len(kinds) == 0:
		return harmless, nil
	case kinds["record"]:
		return silent, slices.Sorted(maps.Keys(kinds))
	default:
		return restored, slices.Sorted(maps.Keys(kinds))
	}
}

// peek reads all of an image, and says what stood in the way.
func peek(t *testing.T, image faultvfs.Image) (c content, obstacle string) {
	dir := t.TempDir()
	if err := image.WriteTo(dir); err != nil {
		t.Fatal(err)
	}
	disk := onDisk(t, dir)
	store, err := local.Open(t.Context(), dir, local.On(disk, ""))
	if err != nil {
		return c, refused
	}
	defer store.Close()
	c, err = contentOf(t.Context(), store)
	if err != nil {
		return c, unread
	}
	if ok, err := store.Integrity(context.WithoutCancel(t.Context())); err != nil || ok != "ok" {
		return c, unsound
	}
	return c, ""
}
