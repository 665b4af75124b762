// Package mailbox serialises the work on each stream within one process.
package mailbox

import (
	"context"
	"slices"
	"sync"
)

// Mailboxes are the mailboxes of all streams: a driver.Mailbox. Those who wait
// enter in the order in which they came. A mailbox that nobody is in takes no
// memory. Use New.
type Mailboxes struct {
	mu sync.Mutex
	// waiting has an entry for each mailbox that somebody is in: those who wait
	// for it, the one who waits longest first.
	waiting map[string][]turn
}

// A turn is one who waits. It is closed when the mailbox is handed over.
type turn chan struct{}

// New returns empty mailboxes.
func New() *Mailboxes { return &Mailboxes{waiting: map[string][]turn{}} }

// Enter waits until nobody else is in the stream's mailbox and nobody who came
// before waits for it. It returns the function that leaves it; calling that
// again does nothing. It returns the context's error when that ends first.
func (m *Mailboxes) Enter(ctx context.Context, stream string) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	leave = sync.OnceFunc(func() { m.leave(stream) })
	mine := m.queue(stream)
	if mine == nil {
		return leave, nil
	}
	select {
	case <-mine:
		return leave, nil
	case <-ctx.Done():
		m.giveUp(stream, mine)
		return nil, ctx.Err()
	}
}

// queue enters the mailbox and returns nil, or returns a turn to wait for.
func (m *Mailboxes) queue(stream string) turn {
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting, taken := m.waiting[stream]
	if !taken {
		m.waiting[stream] = nil
		return nil
	}
	mine := make(turn)
	m.waiting[stream] = append(waiting, mine)
	return mine
}

// leave hands the mailbox to the one who waits longest.
func (m *Mailboxes) leave(stream string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	waiting := m.waiting[stream]
	if len(waiting) == 0 {
		delete(m.waiting, stream)
		return
	}
	m.waiting[stream] = waiting[1:]
	close(waiting[0])
}

// giveUp takes a turn back, and leaves the mailbox if it was handed over in the
// same moment.
func (m *Mailboxes) giveUp(stream string, mine turn) {
	m.mu.Lock()
	waiting := m.waiting[stream]
	i := slices.Index(waiting, mine)
	if i >= 0 {
		m.waiting[stream] = slices.Delete(waiting, i, i+1)
	}
	m.mu.Unlock()
	if i < 0 {
		m.leave(stream)
	}
}
