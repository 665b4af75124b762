package mailbox

// Len returns how many mailboxes take memory.
func Len(m *Mailboxes) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

// Waiting returns how many wait for a mailbox.
func Waiting(m *Mailboxes, stream string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting[stream])
}
