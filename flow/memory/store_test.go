package memory_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/drivertest"
	"github.com/onevent/onevent/flow/memory"
)

func open(*testing.T) drivertest.Stores {
	store := memory.New()
	return drivertest.Stores{Log: store, Views: store.Views(), Agenda: store.Agenda(), Watcher: store}
}

func TestStore(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, open)
}

func TestSharedStore(t *testing.T) {
	t.Parallel()
	shared := open(t)
	drivertest.Run(t, func(*testing.T) drivertest.Stores { return shared })
}

func TestPlatformIsComplete(t *testing.T) {
	t.Parallel()
	broker := newBroker(t, memory.Options{})
	p := memory.New().Platform(broker)
	if p.Log == nil || p.Views == nil || p.Agenda == nil || p.Publisher != broker || p.Mailbox == nil || p.Watcher == nil {
		t.Errorf("a part of the platform is missing: %+v", p)
	}
	if now := p.Clock.Now(); now.IsZero() {
		t.Error("the clock does not go")
	}
	if n, err := io.ReadFull(p.Random, make([]byte, 16)); n != 16 || err != nil {
		t.Errorf("randomness: %d bytes, %v", n, err)
	}
}

func TestEndedContextIsTheError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store := memory.New()
	if err := store.Commit(ctx, driver.Commit{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit: %v", err)
	}
	count := 0
	for _, err := range store.Scan(ctx, 0, driver.Forever) {
		if count++; !errors.Is(err, context.Canceled) {
			t.Errorf("Scan: %v", err)
		}
	}
	if count != 1 {
		t.Errorf("Scan yielded %d times, want one error", count)
	}
}
