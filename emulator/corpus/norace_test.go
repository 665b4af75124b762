//go:build !race

package corpus_test

// step says that every case is sent.
const step = 1
