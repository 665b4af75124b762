//go:build race

package recovery_test

// raceDetector says that the tests run under the race detector, which makes them many
// times slower: too slow for a load at a rate.
const raceDetector = true
