//go:build race

package corpus_test

// step says that every tenth case is sent: the race detector makes each ten times as
// slow, and looks at how requests meet, not at what they say.
const step = 10
