package memory

import (
	"context"

	"github.com/onevent/onevent/flow/driver"
)

// Watch implements driver.Watcher.
func (s *Store) Watch(ctx context.Context, w driver.Watch, changed func()) error {
	return s.bell.Watch(ctx, w, changed)
}
