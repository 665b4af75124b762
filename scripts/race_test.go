//go:build race

package scripts_test

// raceDetector says that the tests run under the race detector, which has nothing to
// find in programs that are built, and makes the machine busy.
const raceDetector = true
