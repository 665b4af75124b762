package local

import (
	"bytes"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// A head is a stream's row: its head, and what the database knows it by.
type head struct {
	driver.Head

	n   int64 // the stream's number; 0 if it has no row
	rev int64 // how often the head was written; what Version says
}

// cost is what the head takes in memory, about.
func (h head) cost() int {
	return 320 + 2*len(h.Stream) + len(h.State)
}

// clone returns the head with a state of its own.
func (h head) clone() driver.Head {
	c := h.Head
	c.State = bytes.Clone(c.State)
	return c
}

// heads keeps the heads that were used last, as they are in the database. That
// is safe because one writer makes all changes, and tells of each after its
// COMMIT and before anybody hears of it.
type heads struct {
	mu    sync.Mutex
	kept  *lru[string, head]
	reads map[string]*headRead
}

// A headRead is the reads of one head that have not ended.
type headRead struct {
	readers int
	stale   bool // the head was written since
}

func newHeads(limit int) *heads {
	return &heads{kept: newLRU[string, head](limit), reads: map[string]*headRead{}}
}

func (h *heads) get(stream string) (head, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept.get(stream)
}

// set keeps a head that was committed.
func (h *heads) set(hd head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.kept.put(hd.Stream, hd, hd.cost())
	if r := h.reads[hd.Stream]; r != nil {
		r.stale = true // what that read finds may be older than this
		delete(h.reads, hd.Stream)
	}
}

// begin announces a read of a stream's head from the database.
func (h *heads) begin(stream string) *headRead {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.reads[stream]
	if r == nil {
		r = &headRead{}
		h.reads[stream] = r
	}
	r.readers++
	return r
}

// end keeps what the read found, unless the head was written in the meantime.
func (h *heads) end(r *headRead, found head, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.stale {
		return
	}
	if r.readers--; r.readers == 0 {
		delete(h.reads, found.Stream)
	}
	if err == nil {
		h.kept.put(found.Stream, found, found.cost())
	}
}
