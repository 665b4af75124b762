package intake_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/functions"
)

// newSystem returns the application behind the check.
func newSystem(t *testing.T) *flow.System {
	t.Helper()
	app := functions.App(functions.Settings{})
	broker := memory.NewBroker(memory.Options{})
	t.Cleanup(func() { broker.Close() })
	system, err := flow.New(app, memory.New().Platform(broker), intake.Check(app, schemas.Files))
	if err != nil {
		t.Fatal(err)
	}
	return system
}

// created is what somebody publishes to the topic order.created.
func created(producer, data string) driver.Message {
	m := driver.Message{ID: "imported-0", Topic: "order.created", Subscription: "reserve-credit", Data: []byte(data), Attributes: map[string]string{
		"specversion": "1.0", "source": "/streams/order/o1", "time": "2030-01-01T00:00:00Z", "sequence": "1", "correlationid": "c",
	}}
	if producer != "" {
		m.Attributes["function"] = producer
	}
	return m
}

const whole = `{"order":"o1","consumer":"alice","restaurant":"roma","items":[{"name":"pizza","quantity":2,"price":950}],"total":1900}`

func TestUnknownProducersKeepToTheSchema(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		producer, data string
		refused        string // what the error holds; nothing if the event is handled
	}{
		"whole":            {"importer", whole, ""},
		"nobody, whole":    {"", whole, ""},
		"nothing":          {"importer", `{}`, `/order`},
		"text for cents":   {"importer", strings.Replace(whole, "1900", `"1900"`, 1), `/total`},
		"fraction":         {"", strings.Replace(whole, "1900", `1900.5`, 1), `/total`},
		"member twice":     {"importer", strings.Replace(whole, `"total"`, `"order":"o2","total"`, 1), `/order`},
		"deep in it":       {"importer", strings.Replace(whole, `"quantity":2`, `"quantity":"2"`, 1), `/items/0/quantity`},
		"not an object":    {"importer", `[]`, `object`},
		"our own function": {"place-order", `{}`, ""}, // decoded by Go, as all that is in the log
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			system := newSystem(t)
			if err := system.Deliver(t.Context(), created(c.producer, c.data)); err != nil {
				t.Fatal(err)
			}
			parked := ""
			for failure, err := range system.Parked(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				parked += failure.Error
			}
			if c.refused == "" && strings.Contains(parked, "intake") {
				t.Fatalf("refused: %s", parked)
			}
			if !strings.Contains(parked, c.refused) || c.refused != "" && !strings.Contains(parked, "intake: imported-0 of the unknown producer") {
				t.Fatalf("parked with %q, want %q", parked, c.refused)
			}
		})
	}
}

// What has no schema is not refused for that; schemas that can't be read are no
// fault of the event's.
func TestSchemasThatAreMissing(t *testing.T) {
	t.Parallel()
	app := functions.App(functions.Settings{})
	calls := 0
	next := func(f fstest.MapFS) error {
		handler := intake.Check(app, f)(func(_ context.Context, _ *flow.Handling) error { calls++; return nil })
		return handler(t.Context(), &flow.Handling{Kind: flow.KindOn, Event: flow.Recorded{ID: "x-0", Type: "order.created", Data: []byte(`{}`)}})
	}
	if err := next(fstest.MapFS{}); err != nil || calls != 1 {
		t.Fatalf("%v, %d calls", err, calls)
	}
	err := next(fstest.MapFS{"order.created.v1.json": {Data: []byte("{")}})
	if err == nil || calls != 1 {
		t.Fatalf("%v, %d calls", err, calls)
	}
}
