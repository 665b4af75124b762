package clock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
)

var _ driver.Clock = clock.System{}

func TestNowGoesOn(t *testing.T) {
	t.Parallel()
	before := time.Now()
	now := clock.System{}.Now()
	if now.Before(before) || time.Now().Before(now) {
		t.Fatalf("Now is %s, between %s and %s", now, before, time.Now())
	}
}

func TestSleepWaits(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{-time.Hour, 0, 5 * time.Millisecond} {
		began := time.Now()
		if err := (clock.System{}).Sleep(t.Context(), d); err != nil {
			t.Errorf("Sleep(%s): %v", d, err)
		}
		if passed := time.Since(began); passed < d {
			t.Errorf("Sleep(%s) returned after %s", d, passed)
		}
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	woken := make(chan error, 1)
	go func() { woken <- clock.System{}.Sleep(ctx, time.Hour) }()
	cancel()
	if err := <-woken; !errors.Is(err, context.Canceled) {
		t.Errorf("Sleep, whose context ended: %v", err)
	}
	if err := (clock.System{}).Sleep(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("Sleep with an ended context: %v", err)
	}
}
