// Package fuzzing gives fuzz targets something to do in a plain go test, where Go
// runs no more than their seeds.
package fuzzing

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Seed adds seeds to a fuzz target, each the list of its arguments. Unless the
// target is being fuzzed, which finds better ones by itself, it also adds n
// mutants of them, a tenth of that with -short and -race: some seed with a change
// or a few. They follow from the name of the target and its seeds, so that
// FuzzX/seed#123 is the same each time.
//
// Arguments are of the types []byte, string, bool, int, int64, uint8, uint16 and
// uint64.
func Seed(f *testing.F, n int, seeds ...[]any) {
	f.Helper()
	for _, s := range seeds {
		f.Add(s...)
	}
	if isFuzzing() || len(seeds) == 0 {
		return
	}
	if slow || testing.Short() {
		n /= 10
	}
	h := fnv.New64a()
	fmt.Fprint(h, f.Name())
	m := mutator{random: rand.New(rand.NewPCG(h.Sum64(), uint64(len(seeds)))), seeds: seeds} //nolint:gosec // not for secrets
	for range n {
		f.Add(m.mutant()...)
	}
}

func isFuzzing() bool {
	fuzz := flag.Lookup("test.fuzz")
	return fuzz != nil && fuzz.Value.String() != ""
}

type mutator struct {
	random *rand.Rand
	seeds  [][]any
}

// mutant returns the arguments of a seed, of which one to three are changed.
func (m mutator) mutant() []any {
	args := slices.Clone(m.seed())
	for range 1 + m.random.IntN(3) {
		i := m.random.IntN(len(args))
		args[i] = m.change(i, args[i])
	}
	return args
}

func (m mutator) seed() []any { return m.seeds[m.random.IntN(len(m.seeds))] }

// change returns another value for the argument with an index.
func (m mutator) change(i int, arg any) any {
	switch arg := arg.(type) {
	case []byte:
		other, _ := m.seed()[i].([]byte)
		return m.bytes(arg, other)
	case string:
		other, _ := m.seed()[i].(string)
		return string(m.bytes([]byte(arg), []byte(other)))
	case bool:
		return !arg
	case int:
		return int(m.number(int64(arg)))
	case int64:
		return m.number(arg)
	case uint8:
		return uint8(m.number(int64(arg))) //nolint:gosec // any will do
	case uint16:
		return uint16(m.number(int64(arg))) //nolint:gosec // any will do
	case uint64:
		return uint64(m.number(int64(arg))) //nolint:gosec // any will do
	}
	panic(fmt.Sprintf("fuzzing: arguments of type %T are not known", arg))
}

// number returns a neighbour, a bound or any number.
func (m mutator) number(n int64) int64 {
	bounds := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, math.MaxInt32, math.MaxUint32, 255}
	switch m.random.IntN(3) {
	case 0:
		return n + []int64{-2, -1, 1, 2}[m.random.IntN(4)]
	case 1:
		return bounds[m.random.IntN(len(bounds))]
	}
	return int64(m.random.Uint64()) //nolint:gosec // any will do
}

// maxGrowth keeps mutants small: size is what a seed is for.
const maxGrowth = 4096

// bytes changes bytes in one to four places.
func (m mutator) bytes(data, other []byte) []byte {
	data = slices.Clone(data)
	for range 1 + m.random.IntN(4) {
		if len(data) < maxGrowth {
			data = m.grow(data, other)
		}
		data = m.shrink(data)
	}
	return data
}

// words are what breaks readers of JSON, HTTP and numbers.
func words() []string {
	return []string{
		"null", "{}", "[]", "[[", `""`, "0", "-0", "1e400", "0.5", "-1", "9223372036854775808", "18446744073709551616",
		`\u0000`, `\ud800`, "\x00", "\xff", "\xed\xa0\x80", "\u2028", "\u202e", "\x1b[2J", "%2f", "%", "..", "/", "&", "=", ";",
		"\r\n", " ", "\\", `"`, ",", ":", "}", "]", "true", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999+23:59",
	}
}

// grow inserts a word, a byte, a part of another seed or of the data itself, or
// replaces a byte.
func (m mutator) grow(data, other []byte) []byte {
	at := m.random.IntN(len(data) + 1)
	switch m.random.IntN(5) {
	case 0:
		list := words()
		return slices.Insert(data, at, []byte(list[m.random.IntN(len(list))])...)
	case 1:
		return slices.Insert(data, at, byte(m.random.IntN(256))) //nolint:gosec // a byte
	case 2:
		return slices.Insert(data, at, m.part(other)...)
	case 3:
		return slices.Insert(data, at, m.part(data)...)
	case 4:
		if at < len(data) {
			data[at] ^= 1 << m.random.IntN(8)
		}
	}
	return data
}

// shrink removes a part in one of three calls.
func (m mutator) shrink(data []byte) []byte {
	if len(data) == 0 || m.random.IntN(3) > 0 {
		return data
	}
	from := m.random.IntN(len(data))
	return slices.Delete(data, from, min(len(data), from+1+m.random.IntN(8)))
}

// part returns a copy of some of data.
func (m mutator) part(data []byte) []byte {
	if len(data) == 0 {
		return nil
	}
	from := m.random.IntN(len(data))
	return slices.Clone(data[from:min(len(data), from+1+m.random.IntN(32))])
}
