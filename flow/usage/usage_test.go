package usage_test

import (
	"encoding/json"
	"reflect"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow/usage"
)

// full returns a usage in which every field is different, so that one that is
// forgotten shows.
func full(t *testing.T) usage.Usage {
	t.Helper()
	var u usage.Usage
	v := reflect.ValueOf(&u).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.CanInt() {
			f.SetInt(int64(i) + 1)
		} else {
			f.SetFloat(float64(i) + 1.5)
		}
	}
	return u
}

func TestArithmeticForgetsNothing(t *testing.T) {
	t.Parallel()
	u := full(t)
	if got := u.Add(u); got != u.Times(2) {
		t.Errorf("u + u = %+v\n2 u = %+v", got, u.Times(2))
	}
	if got := u.Times(3).Sub(u.Times(2)); got != u {
		t.Errorf("3 u - 2 u = %+v\nu = %+v", got, u)
	}
	var back usage.Usage
	data, err := json.Marshal(u)
	if err == nil {
		err = json.Unmarshal(data, &back)
	}
	if err != nil || back != u {
		t.Errorf("%s became %+v: %v", data, back, err)
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		bytes, size int
		want        int64
	}{{0, 1024, 1}, {1, 1024, 1}, {1024, 1024, 1}, {1025, 1024, 2}, {4096, 1024, 4}, {4097, 4096, 2}} {
		if got := usage.Units(c.bytes, c.size); got != c.want {
			t.Errorf("%d bytes are %d units of %d, want %d", c.bytes, got, c.size, c.want)
		}
	}
}

func TestMeterIsCounted(t *testing.T) {
	t.Parallel()
	var m usage.Meter
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				m.Add(usage.Usage{Reads: 1, ReadUnits: 0.5})
			}
		})
	}
	group.Wait()
	if got, want := m.Usage(), (usage.Usage{Reads: 800, ReadUnits: 400}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
