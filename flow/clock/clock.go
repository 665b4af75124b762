// Package clock is the clock of the machine.
package clock

import (
	"context"
	"time"
)

// System is a driver.Clock that tells the machine's time.
type System struct{}

// Now returns the present time.
func (System) Now() time.Time { return time.Now() }

// Sleep returns nil after d, or the context's error as soon as it ends.
func (System) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
