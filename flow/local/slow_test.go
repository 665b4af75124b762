//go:build !race

package local_test

// slowness is by how much a test may do less than every day.
const slowness = 1
