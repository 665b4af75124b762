package memory_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/drivertest"
	"github.com/onevent/onevent/flow/memory"
)

func TestBroker(t *testing.T) {
	t.Parallel()
	drivertest.Broker(t, func(*testing.T) func() driver.Broker {
		return func() driver.Broker { return memory.NewBroker(memory.Options{}) }
	}, drivertest.Caps{CountsAttempts: true, HonoursBackoff: true, HonoursAfter: true})
}

// newBroker returns a broker with one subscription, "kitchen" to order.created.
func newBroker(t *testing.T, o memory.Options) *memory.Broker {
	t.Helper()
	b := memory.NewBroker(o)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := b.Declare(t.Context(), driver.Subscription{Name: "kitchen", Topics: []string{"order.created"}}); err != nil {
		t.Fatal(err)
	}
	return b
}

func message(id string) driver.Message {
	return driver.Message{ID: id, Topic: "order.created", Data: []byte("{}")}
}

// receive receives in the background until the test ends.
func receive(t *testing.T, b *memory.Broker, subscription string, handle func(context.Context, driver.Message) error) {
	t.Helper()
	go func() {
		if err := b.Receive(t.Context(), subscription, handle); err != nil {
			t.Errorf("Receive: %v", err)
		}
	}()
}

func TestMaxPauseBoundsEveryPause(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{MinBackoff: time.Hour, MaxBackoff: time.Hour, MaxPause: time.Millisecond, MaxAttempts: 4})
	receive(t, b, "kitchen", func(context.Context, driver.Message) error { return errors.New("busy") })
	dead := make(chan driver.Message, 1)
	receive(t, b, driver.DeadLetters, func(_ context.Context, m driver.Message) error {
		dead <- m
		return nil
	})
	if err := b.Publish(t.Context(), message("1")); err != nil {
		t.Fatal(err)
	}
	if m := <-dead; m.ID != "1" || m.Subscription != "kitchen" || m.Attempt != 1 {
		t.Errorf("dead letter %+v", m)
	}
}

func TestMaxMessages(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{MaxMessages: 2})
	if err := b.Publish(t.Context(), message("1"), message("2"), message("3")); err == nil {
		t.Fatal("Publish beyond the limit returned nil")
	}
	if err := b.Publish(t.Context(), message("1"), message("2")); err != nil {
		t.Fatalf("Publish up to the limit: %v", err)
	}
	if err := b.Publish(t.Context(), message("3")); err == nil {
		t.Fatal("Publish beyond the limit returned nil")
	}
	done := make(chan string, 10)
	receive(t, b, "kitchen", func(_ context.Context, m driver.Message) error {
		done <- m.ID
		return nil
	})
	if first, second := <-done, <-done; first == second || first == "3" || second == "3" {
		t.Fatalf("got %s and %s, want 1 and 2", first, second)
	}
	for deadline := time.Now().Add(10 * time.Second); b.Publish(t.Context(), message("3")) != nil; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("what is done still counts")
		}
	}
	if id := <-done; id != "3" {
		t.Fatalf("got %s, want 3", id)
	}
}

func TestHandlerThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{MaxPause: time.Millisecond, Concurrency: 1})
	attempts := make(chan int, 10)
	receive(t, b, "kitchen", func(_ context.Context, m driver.Message) error {
		attempts <- m.Attempt
		if m.Attempt == 1 {
			runtime.Goexit()
		}
		return nil
	})
	if err := b.Publish(t.Context(), message("1")); err != nil {
		t.Fatal(err)
	}
	if first, second := <-attempts, <-attempts; first != 1 || second != 2 {
		t.Errorf("attempts %d and %d, want 1 and 2", first, second)
	}
}

func TestReceiveOfUnknownSubscription(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{})
	if err := b.Receive(t.Context(), "unknown", nil); !errors.Is(err, driver.ErrNotFound) {
		t.Errorf("Receive: %v", err)
	}
}

func TestPublishChecksMessages(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{})
	many := map[string]string{}
	for i := range 21 {
		many[strings.Repeat("a", i)+"b"] = "x"
	}
	for what, change := range map[string]func(*driver.Message){
		"no ID":                       func(m *driver.Message) { m.ID = "" },
		"no topic":                    func(m *driver.Message) { m.Topic = "" },
		"21 attributes":               func(m *driver.Message) { m.Attributes = many },
		"an attribute without a name": func(m *driver.Message) { m.Attributes = map[string]string{"": "x"} },
		"a name of 21 bytes":          func(m *driver.Message) { m.Attributes = map[string]string{strings.Repeat("a", 21): "x"} },
		"a name with a capital":       func(m *driver.Message) { m.Attributes = map[string]string{"aBc": "x"} },
		"a name with a hyphen":        func(m *driver.Message) { m.Attributes = map[string]string{"ce-id": "x"} },
		"an empty value":              func(m *driver.Message) { m.Attributes = map[string]string{"a": ""} },
		"a value of 1025 bytes":       func(m *driver.Message) { m.Attributes = map[string]string{"a": strings.Repeat("x", 1025)} },
		"a value that is no UTF-8":    func(m *driver.Message) { m.Attributes = map[string]string{"a": "\xff"} },
	} {
		m := message("1")
		change(&m)
		if err := b.Publish(t.Context(), message("0"), m); err == nil {
			t.Errorf("Publish of a message with %s returned nil", what)
		}
	}
}

func TestDeclareChecksSubscriptions(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{})
	for _, s := range []driver.Subscription{
		{Name: "ab"},
		{Name: strings.Repeat("a", 129)},
		{Name: "1st"},
		{Name: "Kitchen"},
		{Name: "the_kitchen"},
		{Name: driver.DeadLetters},
		{Name: "kitchen", MaxAttempts: -1},
		{Name: "kitchen", AckWithin: -time.Second},
	} {
		if err := b.Declare(t.Context(), s); err == nil {
			t.Errorf("Declare of %+v returned nil", s)
		}
	}
}

func TestClosedBroker(t *testing.T) {
	t.Parallel()
	b := newBroker(t, memory.Options{})
	for range 2 {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := b.Declare(t.Context()); err == nil {
		t.Error("Declare after Close returned nil")
	}
	if err := b.Receive(t.Context(), "kitchen", nil); err == nil {
		t.Error("Receive after Close returned nil")
	}
}
