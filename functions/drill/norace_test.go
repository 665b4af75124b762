//go:build !race

package drill_test

// raceDetector says that the tests run under the race detector, which makes a run
// take ten times as long.
const raceDetector = false
