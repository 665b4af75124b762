package driver

import (
	"context"
	"sync"
	"sync/atomic"
)

// A Bell tells those who wait within one process that something changed: the
// Watcher of a platform whose changes are all made in this process. The zero Bell
// is ready.
type Bell struct {
	waiting atomic.Int64 // how many, so that a write that concerns nobody costs nothing
	mu      sync.Mutex
	views   map[string]*ropes // by name
	flows   map[string]ropeSet
}

// A rope wakes one who waits. It holds a token while it is rung.
type rope chan struct{}

type ropeSet map[rope]bool

// ropes are those of one view.
type ropes struct {
	whole     ropeSet
	documents map[string]ropeSet // by key
}

// Wrote tells that a document was written.
func (b *Bell) Wrote(view, key string) {
	b.ring(func() {
		if v := b.views[view]; v != nil {
			v.whole.ring()
			v.documents[key].ring()
		}
	})
}

// Dropped tells that all documents of a view were removed.
func (b *Bell) Dropped(view string) {
	b.ring(func() {
		if v := b.views[view]; v != nil {
			v.whole.ring()
			for _, set := range v.documents {
				set.ring()
			}
		}
	})
}

// Committed tells that a record of a flow was committed.
func (b *Bell) Committed(flow string) { b.ring(func() { b.flows[flow].ring() }) }

func (b *Bell) ring(these func()) {
	if b.waiting.Load() == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	these()
}

func (s ropeSet) ring() {
	for r := range s {
		select {
		case r <- struct{}{}:
		default: // it is rung already
		}
	}
}

// Watch waits until ctx ends, and calls changed as a Watcher does.
func (b *Bell) Watch(ctx context.Context, w Watch, changed func()) error {
	r := make(rope, 1)
	r <- struct{}{} // whoever begins to watch is told once
	b.hang(w, r)
	defer b.take(w, r)
	for {
		select {
		case <-r:
			changed()
		case <-ctx.Done():
			return nil
		}
	}
}

func (b *Bell) hang(w Watch, r rope) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.Add(1)
	b.setOf(w)[r] = true
}

// setOf returns the set to which the rope of a watch belongs, and makes it if
// there is none.
func (b *Bell) setOf(w Watch) ropeSet {
	if b.views == nil {
		b.views, b.flows = map[string]*ropes{}, map[string]ropeSet{}
	}
	if w.View == "" {
		return made(b.flows, w.Flow)
	}
	v := b.views[w.View]
	if v == nil {
		v = &ropes{whole: ropeSet{}, documents: map[string]ropeSet{}}
		b.views[w.View] = v
	}
	if w.Key == "" {
		return v.whole
	}
	return made(v.documents, w.Key)
}

func made(sets map[string]ropeSet, name string) ropeSet {
	if sets[name] == nil {
		sets[name] = ropeSet{}
	}
	return sets[name]
}

// take takes a rope off, with all that is empty without it.
func (b *Bell) take(w Watch, r rope) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.Add(-1)
	delete(b.setOf(w), r)
	if w.View == "" {
		prune(b.flows, w.Flow)
		return
	}
	v := b.views[w.View]
	prune(v.documents, w.Key)
	if len(v.whole)+len(v.documents) == 0 {
		delete(b.views, w.View)
	}
}

func prune(sets map[string]ropeSet, name string) {
	if len(sets[name]) == 0 {
		delete(sets, name)
	}
}
