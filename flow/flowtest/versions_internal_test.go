package flowtest

import (
	"reflect"
	"testing"
	"time"
)

func TestLostFields(t *testing.T) {
	t.Parallel()
	type now struct {
		A int               `json:"a"`
		B string            `json:"b,omitempty"`
		M map[string][]bool `json:"m"`
		T time.Time         `json:"t"`
	}
	data, err := sampleFile("x.y", 1, reflect.TypeFor[now]())
	if err != nil || string(data) != `{"type":"x.y","version":1,"stored":{"a":7,"b":"text","m":{"text":[true]},"t":"2030-01-01T12:00:00Z"},"today":null}` {
		t.Fatalf("%s, %v", data, err)
	}
	const kept = `"m":{},"t":"2030-01-01T12:00:00Z"`
	for stored, lost := range map[string]bool{
		`{"a":1,"b":"x",` + kept + `}`: false,
		`{"b":"x","a":1,` + kept + `}`: false,
		`{"a":1,` + kept + `}`:         false,
		`{"a":1,"c":2,` + kept + `}`:   true, // a field that is gone
		`{` + kept + `}`:               true, // one that is new and always there
		`{"a":"1",` + kept + `}`:       true, // another type
	} {
		if got := lostFields([]byte(stored), reflect.TypeFor[now]()); (got != "") != lost {
			t.Errorf("%s: %q", stored, got)
		}
	}
}
