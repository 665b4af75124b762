package wire_test

import (
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
)

// Whatever is within the limits of driver.Message arrives as it was sent, with
// attributes that Pub/Sub takes and that HTTP can carry.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.StringN(1, 40, 1024), rapid.StringMatching(`[ é]{400,600}`).Filter(fits))
		sent := driver.Message{
			ID: value.Draw(t, "id"), Topic: value.Draw(t, "topic"),
			Attributes: rapid.MapOfN(rapid.OneOf(rapid.StringMatching(`[a-z0-9]{1,20}`), rapid.SampledFrom([]string{"datacontenttype", "id", "type"})), value, 0, 6).Draw(t, "attributes"),
		}
		encoded, err := wire.Encode(sent)
		if err != nil {
			t.Fatal(err)
		}
		if len(encoded) > 100 {
			t.Fatalf("%d attributes, Pub/Sub takes 100", len(encoded))
		}
		for name, v := range encoded {
			if len(name) > 256 || len(v) > 1024 {
				t.Fatalf("attribute %q has %d bytes; Pub/Sub takes 256 and 1,024", name, len(v))
			}
		}
		got := wire.Decode(throughHTTP(t, encoded), sent.Data)
		if got.ID != sent.ID || got.Topic != sent.Topic || !maps.Equal(got.Attributes, sent.Attributes) {
			t.Fatalf("sent %+v\ngot  %+v", sent, got)
		}
	})
}

func fits(value string) bool { return len(value) <= 1024 }

// throughHTTP does to attributes what a push does: names change their case,
// values lose the spaces at their ends, and nothing else may be in them.
func throughHTTP(t *rapid.T, attributes map[string]string) map[string]string {
	t.Helper()
	header := http.Header{}
	for name, v := range attributes {
		for i := range len(v) {
			if v[i] < ' ' || v[i] > '~' {
				t.Fatalf("%s: %q does not fit into a header", name, v)
			}
		}
		header.Set(name, textproto.TrimString(v))
	}
	arrived := map[string]string{}
	for name := range header {
		arrived[name] = header.Get(name)
	}
	return arrived
}

func TestPlainValuesStayReadable(t *testing.T) {
	t.Parallel()
	encoded, err := wire.Encode(driver.Message{ID: "0f-0", Topic: "order.created", Attributes: map[string]string{
		"source": "/streams/order/42", "datacontenttype": "application/json", "actor": "a b@c.d",
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"ce-id": "0f-0", "ce-type": "order.created", "ce-source": "/streams/order/42",
		"content-type": "application/json", "ce-actor": "a b@c.d",
	}
	if !maps.Equal(encoded, want) {
		t.Errorf("encoded as %v", encoded)
	}
}

func TestEncodeRefusesWhatIsBeyondTheLimits(t *testing.T) {
	t.Parallel()
	tooMany := map[string]string{}
	for c := 'a'; c <= 'u'; c++ {
		tooMany[string(c)] = "x"
	}
	for name, tc := range map[string]struct {
		m        driver.Message
		tooLarge bool
	}{
		"data":          {driver.Message{ID: "1", Topic: "t", Data: make([]byte, wire.MaxData+1)}, true},
		"attributes":    {driver.Message{ID: "1", Topic: "t", Attributes: tooMany}, true},
		"value":         {driver.Message{ID: "1", Topic: "t", Attributes: map[string]string{"a": strings.Repeat("x", 1025)}}, true},
		"no ID":         {driver.Message{Topic: "t"}, false},
		"no topic":      {driver.Message{ID: "1"}, false},
		"just in limit": {driver.Message{ID: "1", Topic: "t", Data: make([]byte, wire.MaxData)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := wire.Encode(tc.m)
			if (err == nil) != (name == "just in limit") || errors.Is(err, driver.ErrTooLarge) != tc.tooLarge {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestDecodeTakesWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	m := wire.Decode(map[string]string{"googclient": "x", "ce-": "y", "ce-rate": "100% of 5%2"}, []byte("raw"))
	want := map[string]string{"rate": "100% of 5%2"}
	if m.ID != "" || m.Topic != "" || string(m.Data) != "raw" || !maps.Equal(m.Attributes, want) {
		t.Errorf("decoded as %+v", m)
	}
}
