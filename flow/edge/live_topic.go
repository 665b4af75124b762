package edge

import (
	"context"
	"sync"

	"github.com/onevent/onevent/flow/driver"
)

// A source is what can be followed.
type source struct {
	// name is its own: sources with the same name are the same.
	name  string
	watch driver.Watch
	// read returns the present state, or the old one where nothing has changed.
	read func(ctx context.Context, old *state) (*state, error)
}

// A topic is a source that somebody follows.
type topic struct {
	source

	stop    context.CancelFunc
	readers int // guarded by the hub

	mu    sync.Mutex
	state *state
}

// A state is what all readers of a topic are told. It does not change.
type state struct {
	// replaced is closed when there is a newer one.
	replaced chan struct{}
	// ready is false until the topic was read; err is why it can't be told.
	ready bool
	err   error
	// id and frame are a document's or a page's; told is what a flow has.
	id    string
	frame []byte
	told  []told
	// size is about how many bytes of memory it takes.
	size int
}

func newState() *state { return &state{replaced: make(chan struct{})} }

func (t *topic) now() *state {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// replace wakes all readers. One that is busy finds the newest state when it
// comes back, and never those between: nothing is queued for anybody.
func (t *topic) replace(now *state) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.state.replaced)
	t.state = now
}

// first waits until the topic was read.
func (t *topic) first(ctx context.Context) (*state, error) {
	for {
		s := t.now()
		if s.ready || s.err != nil {
			return s, s.err
		}
		select {
		case <-s.replaced:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// A reader knows where one who follows stands.
type reader interface {
	// next returns what a reader was not told yet, and takes it as told.
	next(s *state) [][]byte
}

// A newest reader is told what is there now, unless it was told already.
type newest struct{ last string }

func (n *newest) next(s *state) [][]byte {
	if s.id == n.last {
		return nil
	}
	n.last = s.id
	return [][]byte{s.frame}
}
