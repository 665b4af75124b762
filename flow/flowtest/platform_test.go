package flowtest_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// onMemory opens a platform with a broker, which counts what it carries.
func onMemory(t testing.TB, carried *atomic.Int64) *driver.Platform {
	t.Helper()
	broker := memory.NewBroker(memory.Options{})
	t.Cleanup(func() { _ = broker.Close() })
	p := memory.New().Platform(counting{broker, carried})
	return &p
}

// A counting broker counts what is published.
type counting struct {
	driver.Broker

	carried *atomic.Int64
}

func (c counting) Publish(ctx context.Context, messages ...driver.Message) error {
	c.carried.Add(int64(len(messages)))
	return c.Broker.Publish(ctx, messages...)
}

// A story goes through the broker of its platform, and is the same story.
func TestStoriesOnAPlatform(t *testing.T) {
	t.Parallel()
	var carried atomic.Int64
	t.Cleanup(func() {
		if carried.Load() == 0 {
			t.Error("the broker had nothing to carry")
		}
	})
	flowtest.Stories(t, "testdata/*.txt", func(*testing.T) (flow.App, map[string]flowtest.Command) {
		return testapp.App(nil), map[string]flowtest.Command{
			"echo": func(_ *flowtest.World, args []string) (string, error) { return strings.Join(args, "|"), nil },
		}
	}, flowtest.Options{Stores: func(t *testing.T) *driver.Platform { return onMemory(t, &carried) }})
}

// A broker that loses a message ends the story, and does not go unnoticed.
func TestBrokerThatLosesAMessage(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	got := outcome(t, func(tb testing.TB) {
		broker := memory.NewBroker(memory.Options{})
		tb.Cleanup(func() { _ = broker.Close() })
		p := memory.New().Platform(losing{broker})
		w := flowtest.NewWorld(impatient{tb, ctx}, testapp.App(nil), &p)
		if _, err := w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`)}); err != nil {
			tb.Fatalf("send: %v", err)
		}
		cancel()
		w.Run()
	})
	if !strings.Contains(got, "the broker does not bring") {
		t.Errorf("outcome %q", got)
	}
}

// An impatient test has a context of its own.
type impatient struct {
	testing.TB

	ctx context.Context
}

func (i impatient) Context() context.Context { return i.ctx }

// A losing broker loses everything.
type losing struct{ driver.Broker }

func (losing) Publish(context.Context, ...driver.Message) error { return nil }
