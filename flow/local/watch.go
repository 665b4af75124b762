package local

import (
	"context"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// lookEvery is how often a store that only reads says that something may have
// changed: another process writes, and tells nobody.
const lookEvery = time.Second

// Watch implements driver.Watcher. In a store that only reads it calls changed
// once a second, whether something changed or not. It returns ErrClosed when the
// store is closed.
func (s *Store) Watch(ctx context.Context, w driver.Watch, changed func()) error {
	if err := s.open(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // that is how a watch ends
		}
		return err
	}
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if s.writer == nil {
			driver.Poll(watching, lookEvery, changed)
		} else {
			_ = s.bell.Watch(watching, w, changed) // it has no errors
		}
	}()
	select {
	case <-s.closed:
		cancel()
		<-ended
		return s.open(ctx)
	case <-ended:
		return nil
	}
}
