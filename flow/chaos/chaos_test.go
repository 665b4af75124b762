package chaos_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/chaos"
	"github.com/onevent/onevent/flow/driver"
)

func TestDisturb(t *testing.T) {
	t.Parallel()
	failed := errors.New("failed")
	for name, c := range map[string]struct {
		rates   chaos.Rates
		err     error // of the handler
		handled int
		again   bool // the message comes again
	}{
		"nothing":            {chaos.Rates{}, nil, 1, false},
		"dropped":            {chaos.Rates{Drop: 1}, nil, 0, true},
		"duplicated":         {chaos.Rates{Duplicate: 1, MaxDelay: time.Nanosecond}, nil, 2, false},
		"delayed":            {chaos.Rates{Delay: 1, MaxDelay: time.Nanosecond}, nil, 1, false},
		"acknowledgement":    {chaos.Rates{LoseAck: 1}, nil, 1, true},
		"the handler failed": {chaos.Rates{Duplicate: 1}, failed, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handled := 0
			handle := chaos.New(1, c.rates).Disturb(func(context.Context, driver.Message) error {
				handled++
				return c.err
			})
			if err := handle(t.Context(), driver.Message{}); (err != nil) != c.again || handled != c.handled {
				t.Fatalf("handled %d times, error %v", handled, err)
			}
		})
	}
}

func TestKillAndCount(t *testing.T) {
	t.Parallel()
	c := chaos.New(1, chaos.Rates{Kill: 1})
	if err := c.Reach(t.Context(), "handle.read"); !errors.Is(err, chaos.ErrKilled) {
		t.Fatal(err)
	}
	if !strings.Contains(c.String(), "1 instances killed") {
		t.Fatal(c)
	}
	if err := chaos.New(1, chaos.Rates{}).Reach(t.Context(), "handle.read"); err != nil {
		t.Fatal(err)
	}
}
