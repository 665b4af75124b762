package flow_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/internal/testapp/bell"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
	"github.com/onevent/onevent/flow/memory"
)

// zeros are random bytes that are always the same: for examples only.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// nobody is a publisher without subscribers.
type nobody struct{}

func (nobody) Publish(context.Context, ...driver.Message) error { return nil }

func ExampleNew() {
	store := memory.New()
	system, err := flow.New(testapp.App(nil), driver.Platform{
		Log: store, Views: store.Views(), Agenda: store.Agenda(),
		Publisher: nobody{}, Clock: clock.System{}, Random: zeros{},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	receipt, err := system.Execute(context.Background(), flow.Request{
		Command: "light.press", Body: []byte(`{"light":"hall","house":"7"}`),
	})
	fmt.Println(receipt.Stream, receipt.Events[0].Type, err)
	// Output: light/hall light.switched_on <nil>
}

func ExampleOn() {
	f := flow.On("count-light", light.SwitchedOn.Where, testapp.Meter.OnSwitchedOn).Emits(meter.Counted{})
	fmt.Println(f.Name(), f.Inputs(), f.Outputs())
	// Output: count-light [light.switched_on] [meter.counted]
}

func ExampleCommand() {
	f := flow.Command("press-light", testapp.Light.Press).Emits(light.SwitchedOn{}, light.SwitchedOff{})
	fmt.Println(f.Name(), f.Inputs(), f.Outputs())
	// Output: press-light [light.press] [light.switched_on light.switched_off]
}

func ExampleEffect() {
	ring := flow.Effect("ring-bell", func(ctx context.Context, e light.SwitchedOff) ([]bell.Event, error) {
		// Here the outside is called, with the key, which is the same for every try.
		return []bell.Event{bell.Rung{Light: e.Light, Call: flow.IdempotencyKey(ctx)}}, nil
	}).Emits(bell.Rung{})
	events, err := ring.Call(context.Background(), "key-1", light.SwitchedOff{Light: "hall"})
	fmt.Println(events, err)
	// Output: [{hall key-1}] <nil>
}

func ExampleView() {
	type summary struct{ On bool }
	view := flow.View("lights",
		flow.Project(light.SwitchedOn.Key, func(s summary, _ light.SwitchedOn) summary { s.On = true; return s }),
		flow.Project(light.SwitchedOff.Key, func(s summary, _ light.SwitchedOff) summary { s.On = false; return s }))
	document, err := view.Fold("hall", light.SwitchedOn{Light: "hall"}, light.SwitchedOn{Light: "attic"}, light.SwitchedOff{Light: "hall"})
	fmt.Println(document, err)
	// Output: {false} <nil>
}

func ExampleTally() {
	type total struct{ Lights int }
	view := flow.Tally("totals", flow.Project(meter.Counted.Key, func(t total, _ meter.Counted) total { t.Lights++; return t }))
	document, err := view.Fold("7", meter.Counted{House: "7", Light: "hall"}, meter.Counted{House: "7", Light: "attic"})
	fmt.Println(document, err)
	// Output: {2} <nil>
}

func ExampleAfter() {
	e := light.BurnDue{Deadline: flow.After(10 * time.Minute), Light: "hall"}
	fmt.Println(e.Type(), "in", e.Delay())
	// Output: light.burn_due in 10m0s
}

func ExampleCheck() {
	err := flow.Check(flow.App{Events: flow.Final(meter.Counted{})})
	if check, ok := errors.AsType[*flow.CheckError](err); ok {
		fmt.Println(check.Problems[0])
	}
	// Output: event meter.counted (testapp/meter.Counted) is declared and nobody emits it
}

func ExampleRefuse() {
	err := flow.Refuse("burned_out", "light %s is burned out", "hall")
	fmt.Println(err)
	// Output: burned_out: light hall is burned out
}
