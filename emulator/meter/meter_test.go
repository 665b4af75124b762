package meter_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/onevent/onevent/emulator/meter"
	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/usage"
	"github.com/onevent/onevent/functions/deploy"
	"github.com/onevent/onevent/internal/require"
)

const (
	// few orders are enough: what the first use, the others do, but for the little
	// that the sweep reads in vain.
	few = 8
	// tolerance is for how identities fall into slots, and sizes into units.
	tolerance = 0.03
)

// TestMeasured measures again what is built into the program onevent.
func TestMeasured(t *testing.T) {
	t.Parallel()
	for _, p := range []cost.Platform{cost.GCP, cost.AWS} {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			want, err := deploy.Measured(p)
			if err != nil {
				t.Fatal(err)
			}
			place := open(t, p)
			got, err := meter.Measure(t.Context(), place, few)
			if err != nil {
				t.Fatal(err)
			}
			if got.What != want.What || got.Requests*want.Orders != want.Requests*few || got.Handled*want.Orders != want.Handled*few ||
				got.Viewed*want.Orders != want.Viewed*few || got.Events*want.Orders != want.Events*few || got.Idle.Counts() != want.Idle.Counts() {
				t.Errorf("measured %+v\nbuilt in %+v\n%s", got, want, again(p))
			}
			compare(t, p, got.Used, want.Used, float64(want.Orders)/few)
		})
	}
}

func again(p cost.Platform) string {
	return "go run ./emulator/meter/measure -platform " + string(p) + " && go test ./cmd/onevent -update"
}

// compare compares every field.
func compare(t *testing.T, p cost.Platform, got, want usage.Usage, times float64) {
	t.Helper()
	number := func(v reflect.Value) float64 {
		if v.CanInt() {
			return float64(v.Int())
		}
		return v.Float()
	}
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		a, b := number(g.Field(i))*times, number(w.Field(i))
		if math.Abs(a-b) > tolerance*b {
			t.Errorf("%s: measured %g, built in %g\n%s", g.Type().Field(i).Name, a, b, again(p))
		}
	}
}

// open opens a place. It takes a while, so the test is skipped unless ONEVENT_REQUIRE
// lists the platform.
func open(t *testing.T, p cost.Platform) meter.Place {
	t.Helper()
	if !require.Listed(string(p)) {
		t.Skipf("it is measured where ONEVENT_REQUIRE lists %s", p)
	}
	place, err := meter.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := place.Close(); err != nil {
			t.Error(err)
		}
	})
	return place
}
