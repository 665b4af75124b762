package host

import (
	"net/http"
	"sync"
)

// A gate lets requests in until it is closed, and knows when the last is out.
type gate struct {
	next http.Handler

	mu     sync.Mutex
	closed bool
	inside int
	empty  chan struct{} // closed when the gate is closed and nobody is inside
}

func newGate(next http.Handler) *gate {
	return &gate{next: next, empty: make(chan struct{})}
}

// ServeHTTP turns requests away when the gate is closed; Pub/Sub delivers them
// again, to another instance.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.enter() {
		w.Header().Set("Connection", "close")
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	defer g.leave()
	g.next.ServeHTTP(w, r)
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.inside++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside--; g.closed && g.inside == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more; the channel is closed when all are out. It is
// called once.
func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed = true; g.inside == 0 {
		close(g.empty)
	}
	return g.empty
}
