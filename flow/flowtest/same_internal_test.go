package flowtest

import (
	"context"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/testapp"
)

func press(t *testing.T, w *World, light string) {
	t.Helper()
	if _, err := w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"` + light + `","house":"h"}`)}); err != nil {
		t.Fatal(err)
	}
	w.Run()
}

// Whatever a store holds that another one does not is found.
func TestDifference(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(ctx context.Context, s driver.Platform) error{
		"": func(context.Context, driver.Platform) error { return nil },
		"record 0 on light/b": func(ctx context.Context, s driver.Platform) error {
			return s.Log.Commit(ctx, driver.Commit{Record: driver.Record{ID: "0", Stream: "light/b", Time: 1}})
		},
		"document lights/a {} ": func(ctx context.Context, s driver.Platform) error {
			d, err := s.Views.Get(ctx, "lights", "a")
			if err != nil {
				return err
			}
			d.Body = []byte("{}")
			return s.Views.Put(ctx, d, "")
		},
		"parked x at ": func(ctx context.Context, s driver.Platform) error {
			return s.Agenda.Put(ctx, driver.Item{Kind: driver.Parked, ID: "x"})
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			one, other := NewWorld(t, testapp.App(nil), nil), NewWorld(t, testapp.App(nil), nil)
			press(t, one, "a")
			press(t, other, "a")
			if err := change(t.Context(), one.stores); err != nil {
				t.Fatal(err)
			}
			d, err := one.difference(other)
			if err != nil || (want == "") != (d == "") || !strings.Contains(d, want) {
				t.Errorf("difference %q: %v", d, err)
			}
		})
	}
}
