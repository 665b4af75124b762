// Package testapp is a small application with one of everything, for the tests
// of the engine: lights that are pressed, meters that count them, bells that ring.
package testapp

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/internal/testapp/bell"
	"github.com/onevent/onevent/flow/internal/testapp/light"
	"github.com/onevent/onevent/flow/internal/testapp/meter"
)

// BurnAfter is how long a light is on before it burns out.
const BurnAfter = 10 * time.Minute

// MeterLimit is how many lights a meter counts before it counts no more.
const MeterLimit = 100

// A Ring rings the bell of a light, once for each call key.
type Ring func(ctx context.Context, light, call string) error

// A Light is the state of a light.
type Light struct {
	Known   bool `json:"known"`
	On      bool `json:"on"`
	Burned  bool `json:"burned"`
	Presses int  `json:"presses"`
}

// Evolve returns the light after an event.
func (l Light) Evolve(e light.Event) Light {
	switch e.(type) {
	case light.SwitchedOn:
		l.Known, l.On, l.Presses = true, true, l.Presses+1
	case light.SwitchedOff:
		l.On, l.Presses = false, l.Presses+1
	case light.BurnDue:
	case light.BurnedOut:
		l.Burned, l.On = true, false
	}
	return l
}

// Press switches the light as often as it is told, at least once.
func (l Light) Press(c light.Press) ([]light.Event, error) {
	if l.Burned {
		return nil, flow.Refuse("burned_out", "light %s is burned out", c.Light)
	}
	var out []light.Event
	for range max(c.Times, 1) {
		var e light.Event = light.SwitchedOn{Light: c.Light, House: c.House}
		if l.On {
			e = light.SwitchedOff{Light: c.Light}
		}
		out = append(out, e)
		l = l.Evolve(e)
	}
	if l.On {
		out = append(out, light.BurnDue{Deadline: flow.After(BurnAfter), Light: c.Light})
	}
	return out, nil
}

// OnBurnDue burns a light out that is still on.
func (l Light) OnBurnDue(e light.BurnDue) ([]light.Event, error) {
	if !l.On {
		return nil, nil
	}
	return []light.Event{light.BurnedOut{Light: e.Light}}, nil
}

// A Meter is the state of a house's meter.
type Meter struct {
	Counts map[string]int `json:"counts"`
	Total  int            `json:"total"`
}

// Evolve returns the meter after an event.
func (m Meter) Evolve(e meter.Event) Meter {
	switch e := e.(type) {
	case meter.Counted:
		counts := maps.Clone(m.Counts)
		if counts == nil {
			counts = map[string]int{}
		}
		counts[e.Light]++
		m.Counts, m.Total = counts, m.Total+1
	}
	return m
}

// OnSwitchedOn counts a light, unless the meter is full. A light named "jam"
// makes it fail, "never" makes it reject, "later" makes it wait while it is
// empty, and "panic" makes it panic.
func (m Meter) OnSwitchedOn(e light.SwitchedOn) ([]meter.Event, error) {
	switch {
	case e.Light == "jam":
		return nil, errors.New("the meter is jammed")
	case e.Light == "never":
		return nil, flow.Reject(errors.New("not that light"))
	case e.Light == "later" && m.Total == 0:
		return nil, flow.Retry(time.Minute, errors.New("the meter is empty"))
	case e.Light == "panic":
		panic("the meter burst")
	case m.Total >= MeterLimit:
		return nil, nil
	}
	return []meter.Event{meter.Counted{House: e.House, Light: e.Light}}, nil
}

// A Summary is the document of a light.
type Summary struct {
	Story []string `json:"story"`
	On    bool     `json:"on"`
}

func (s Summary) switchedOn(light.SwitchedOn) Summary {
	s.Story, s.On = append(slices.Clip(s.Story), "on"), true
	return s
}

func (s Summary) switchedOff(light.SwitchedOff) Summary {
	s.Story, s.On = append(slices.Clip(s.Story), "off"), false
	return s
}

func (s Summary) counted(meter.Counted) Summary {
	s.Story = append(slices.Clip(s.Story), "counted")
	return s
}

func (s Summary) rung(bell.Rung) Summary {
	s.Story = append(slices.Clip(s.Story), "rung")
	return s
}

// A Count is the document of a house.
type Count struct {
	Counted int `json:"counted"`
}

func (c Count) counted(meter.Counted) Count {
	c.Counted++
	return c
}

// App returns the application.
func App(ring Ring) flow.App {
	if ring == nil {
		ring = func(context.Context, string, string) error { return nil }
	}
	return flow.App{
		Events: flow.Join(
			flow.Events(light.SwitchedOn{}, light.SwitchedOff{}, light.BurnDue{}),
			flow.Final(light.BurnedOut{}, meter.Counted{}, bell.Rung{}),
		),
		Functions: []flow.Function{
			flow.Command("press-light", Light.Press).Emits(light.SwitchedOn{}, light.SwitchedOff{}, light.BurnDue{}),
			flow.On("burn-out", light.BurnDue.Key, Light.OnBurnDue).Emits(light.BurnedOut{}),
			countLight(Meter.OnSwitchedOn),
			flow.Effect("ring-bell", ringBell(ring)).Emits(bell.Rung{}),
			flow.View("lights",
				flow.Project(light.SwitchedOn.Key, Summary.switchedOn),
				flow.Project(light.SwitchedOff.Key, Summary.switchedOff),
				flow.Project(func(e meter.Counted) string { return e.Light }, Summary.counted),
				flow.Project(bell.Rung.Key, Summary.rung)),
			flow.Tally("houses", flow.Project(meter.Counted.Key, Count.counted)),
		},
	}
}

// CountEvery returns the function "count-light" of a later version, which counts
// every light.
func CountEvery() flow.Function {
	return countLight(func(_ Meter, e light.SwitchedOn) ([]meter.Event, error) {
		return []meter.Event{meter.Counted{House: e.House, Light: e.Light}}, nil
	})
}

func countLight(decide func(Meter, light.SwitchedOn) ([]meter.Event, error)) flow.Function {
	return flow.On("count-light", light.SwitchedOn.Where, decide).Emits(meter.Counted{}).Attempts(3)
}

func ringBell(ring Ring) func(context.Context, light.SwitchedOff) ([]bell.Event, error) {
	return func(ctx context.Context, e light.SwitchedOff) ([]bell.Event, error) {
		call := flow.IdempotencyKey(ctx)
		if err := ring(ctx, e.Light, call); err != nil {
			return nil, err
		}
		return []bell.Event{bell.Rung{Light: e.Light, Call: call}}, nil
	}
}
