package schema_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"time"

	"github.com/onevent/onevent/flow/schema"
)

// A random makes values.
type random struct{ *rand.Rand }

func newRandom(seed uint64) random { return random{rand.New(rand.NewPCG(seed, 2))} }

// value returns a value of a type, often an extreme one. What is asked has no
// nulls.
func (r random) value(t reflect.Type, use schema.Use) reflect.Value {
	v := reflect.New(t).Elem()
	r.fill(v, use, 0)
	return v
}

func (r random) fill(v reflect.Value, use schema.Use, depth int) {
	t := v.Type()
	if values, ok := reflect.TypeAssert[interface{ Values() []string }](v); ok {
		all := values.Values()
		v.SetString(all[r.IntN(len(all))])
		return
	}
	switch k := t.Kind(); {
	case t == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.UnixMicro(r.Int64N(1 << 50)).UTC()))
	case t == reflect.TypeFor[json.Number]():
		v.SetString("7")
	case k == reflect.String:
		v.SetString(r.text())
	case k == reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case v.CanInt():
		v.SetInt([]int64{0, 1, -1, math.MaxInt64, math.MinInt64, int64(r.Uint64())}[r.IntN(6)] >> (64 - t.Bits()))
	case v.CanUint():
		v.SetUint([]uint64{0, 1, math.MaxUint64, r.Uint64()}[r.IntN(4)] >> (64 - t.Bits()))
	case k == reflect.Float32:
		v.SetFloat([]float64{0, math.MaxFloat32, -math.MaxFloat32, r.NormFloat64()}[r.IntN(4)])
	case k == reflect.Float64:
		v.SetFloat([]float64{0, math.MaxFloat64, math.SmallestNonzeroFloat64, r.NormFloat64()}[r.IntN(4)])
	case k == reflect.Interface:
		v.Set(reflect.ValueOf(r.text()))
	default:
		r.composite(v, use, depth)
	}
}

func (r random) composite(v reflect.Value, use schema.Use, depth int) {
	t := v.Type()
	n := r.IntN(3)
	if depth > 3 {
		n = 0
	}
	isNil := use == schema.Written && r.IntN(4) == 0
	switch t.Kind() { //nolint:exhaustive // the other kinds are no composites
	case reflect.Pointer:
		if !isNil {
			v.Set(reflect.New(t.Elem()))
			r.fill(v.Elem(), use, depth+1)
		}
	case reflect.Slice:
		if !isNil {
			v.Set(reflect.MakeSlice(t, n, n))
		}
		for i := range v.Len() {
			r.fill(v.Index(i), use, depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			r.fill(v.Index(i), use, depth+1)
		}
	case reflect.Map:
		if !isNil {
			v.Set(reflect.MakeMap(t))
			for range n {
				v.SetMapIndex(r.value(t.Key(), use), r.value(t.Elem(), use))
			}
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				r.fill(field, use, depth+1)
			}
		}
	}
}

func (r random) text() string {
	return []string{"", "a", "naïve", "<&>", "\u2028", "😀", "a/b~c", `"\`, "2026-01-02T15:04:05Z", "0", "null"}[r.IntN(11)]
}
