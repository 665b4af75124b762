package flow

import (
	"context"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/driver"
)

// lookEvery is how often somebody who waits for a change is told to look, on a
// platform that does not tell.
const lookEvery = time.Second

// Follow calls changed once it watches a document, a query or a flow, and again
// soon after each of its changes: a nudge to read it then, as driver.Watcher has
// it. On a platform without a Watcher it calls changed once a second of real
// time. It waits until ctx ends, and then returns nil; an error means that changes
// may have gone untold: read, and follow again.
func (s *System) Follow(ctx context.Context, w driver.Watch, changed func()) error {
	if s.platform.Watcher == nil {
		driver.Poll(ctx, lookEvery, changed)
		return nil
	}
	if err := s.platform.Watcher.Watch(ctx, w, changed); err != nil {
		return fmt.Errorf("flow: watch: %w", err)
	}
	return nil
}
