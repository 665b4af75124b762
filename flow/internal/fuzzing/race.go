//go:build race

package fuzzing

// slow says whether a run takes much longer than usual.
const slow = true
