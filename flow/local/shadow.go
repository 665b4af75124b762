package local

// A shadow is a change of a message's row that follows what already happened in
// memory. Nobody waits for it; if it is lost, the message is delivered again.
type shadow struct {
	key      int64
	attempts int
	due      int64 // microseconds since the epoch
	done     bool
}

func (s shadow) apply(t *tx) {
	if s.done {
		t.exec("DELETE FROM queue WHERE k = ?", s.key)
		return
	}
	t.exec("UPDATE queue SET attempts = ?, due = ? WHERE k = ?", int64(s.attempts), s.due, s.key)
}
