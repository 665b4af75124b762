package outside

import "sync"

// recentLimit is how many identities a Recent remembers.
const recentLimit = 100_000

// A Recent remembers the last 100,000 identities that it was told. The zero
// Recent is ready.
type Recent struct {
	mu    sync.Mutex
	known map[string]bool
	order []string // a ring
	next  int
}

// IsNew remembers an identity, and says whether it was not known.
func (r *Recent) IsNew(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[id] {
		return false
	}
	if r.known == nil {
		r.known = map[string]bool{}
	}
	if len(r.order) < recentLimit {
		r.order = append(r.order, id)
	} else {
		delete(r.known, r.order[r.next])
		r.order[r.next] = id
		r.next = (r.next + 1) % recentLimit
	}
	r.known[id] = true
	return true
}
