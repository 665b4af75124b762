package local_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/local/internal/faultvfs"
)

// A folder that somebody put together wrongly (without its write-ahead log, or
// with files that were copied at different moments of a store at work) is
// refused, or what does not fit together is found, or it is a store as it once
// was: nothing in it was never written.
func TestWrongCopies(t *testing.T) {
	t.Parallel()
	seed := firstSeed(t)
	recording, ledger := record(t, seed, "")
	found := map[string]int{}
	for i := range uint64(60) {
		random := source(seed, 1+i)
		first := 1 + random.IntN(len(recording))
		second := first + random.IntN(len(recording)-first+1)
		image := recording.Cut(first, source(seed, 1))
		const log = databaseName + "-wal"
		what := "without its log"
		switch later := recording.Cut(second, source(seed, 1)); i % 3 {
		case 0:
			delete(image, log)
		case 1:
			what = "the file copied before its log"
			image = mix(image, later, log)
		case 2:
			what = "the log copied before its file"
			image = mix(image, later, databaseName)
		}
		have, obstacle := peek(t, image)
		switch {
		case obstacle != "":
			found[obstacle]++
			continue
		case len(have.wrong) > 0:
			found[unlinked]++
			continue
		}
		found["as it once was"]++
		for name, value := range have.things {
			if strings.HasPrefix(name, "record ") && !ledger.knows(name, value) {
				t.Errorf("ONEVENT_SEED=%d, copy %d, %s: %s was never written", seed, i, what, name)
			}
		}
	}
	t.Logf("wrong copies: 60, %v", found)
}

// mix returns an image with one file of another moment.
func mix(image, other faultvfs.Image, name string) faultvfs.Image {
	mixed := maps.Clone(image)
	delete(mixed, name)
	if content, ok := other[name]; ok {
		mixed[name] = content
	}
	return mixed
}
