//go:build race

package local_test

// slowness is by how much a test may do less than every day, where all that
// SQLite does is watched for races.
const slowness = 10
