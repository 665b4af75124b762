package meter

import (
	"context"
	"sync"
	"time"
)

// A moment is a clock that stands still but for advance and Sleep.
type moment struct {
	mu  sync.Mutex
	now time.Time
}

func newMoment() *moment { return &moment{now: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the clock's time.
func (m *moment) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

func (m *moment) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// Sleep moves the clock on by d, unless ctx has ended.
func (m *moment) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.advance(d)
	return nil
}
