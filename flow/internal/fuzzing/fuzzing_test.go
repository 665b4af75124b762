package fuzzing_test

import (
	"fmt"
	"testing"

	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// FuzzSeed is a target whose function counts what it is given: all the seeds, and
// as many mutants as were asked for, most of them different.
func FuzzSeed(f *testing.F) {
	seen := map[string]bool{}
	ran := 0
	f.Cleanup(func() {
		// A worker that fuzzes sees some other number of inputs.
		if ran == 2+2000 && len(seen) < 1200 {
			f.Errorf("%d of %d inputs are different", len(seen), ran)
		}
	})
	fuzzing.Seed(f, 2000,
		[]any{[]byte(`{"a":1}`), "text", true, 1, int64(2), uint8(3), uint16(4), uint64(5)},
		[]any{[]byte{}, "", false, 0, int64(0), uint8(0), uint16(0), uint64(0)})
	f.Fuzz(func(_ *testing.T, data []byte, text string, yes bool, a int, b int64, c uint8, d uint16, e uint64) {
		ran++
		seen[fmt.Sprintf("%q %q %v %d %d %d %d %d", data, text, yes, a, b, c, d, e)] = true
	})
}
