// Package clock has the real time as a driver.Clock.
package clock

import (
	"context"
	"time"
)

// System is the clock of the operating system.
type System struct{}

// Now returns the present time.
func (System) Now() time.Time { return time.Now() }

// Sleep is the function Sleep.
func (System) Sleep(ctx context.Context, d time.Duration) error { return Sleep(ctx, d) }

// Sleep waits for d and returns nil, or returns the context's error as soon as
// it ends. With d of zero or less it does not wait.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
