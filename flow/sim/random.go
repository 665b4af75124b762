package sim

import (
	"math/rand/v2"
	"time"
)

// Chance does not come from one sequence of random numbers, in which leaving out
// one fault would change all that comes after. It is a hash of the seed, of who
// asks, and of how often he has: so the same actor meets the same fate whatever
// happens to others, and a run can be cut down to the faults that matter.

// The salts keep questions apart.
const (
	saltOrder uint64 = iota + 1
	saltFault
	saltKind
	saltAmount
	saltRate
	saltOff
	saltNode
)

// mix returns a hash of numbers: splitmix64, see
// https://prng.di.unimi.it/splitmix64.c.
func mix(numbers ...uint64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, n := range numbers {
		h ^= n
		h += 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// hashOf returns the FNV-1a hash of a text.
func hashOf(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}

// unit returns a hash as a number from 0 to 1.
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// within returns a time from 0 to most that a hash chooses.
func within(h uint64, most time.Duration) time.Duration {
	return time.Duration(unit(h) * float64(most))
}

// newRand returns random numbers that follow from numbers.
func newRand(numbers ...uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(numbers...), mix(append(numbers, 1)...))) //nolint:gosec // not for secrets
}
