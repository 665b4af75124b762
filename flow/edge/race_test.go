//go:build race

package edge_test

// raceDetector says that the race detector is at work, which takes its memory and
// its time.
const raceDetector = true
