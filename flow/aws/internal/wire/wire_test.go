package wire_test

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/onevent/onevent/flow/aws/internal/wire"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// Whatever is within the limits of driver.Message arrives as it was sent, in
// characters that SQS takes.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.StringN(1, 40, 1024), rapid.SampledFrom([]string{"\uFFFE\uFFFF\x7f", "\x00", `"}`, " "}))
		sent := driver.Message{
			ID: value.Draw(t, "id"), Topic: value.Draw(t, "topic"),
			Attributes: rapid.MapOfN(rapid.OneOf(rapid.StringMatching(`[a-z0-9]{1,20}`), rapid.SampledFrom([]string{"data", "id", "type"})), value, 0, 6).Draw(t, "attributes"),
			Data: rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.SampledFrom([][]byte{
				[]byte(`{"a": 1}`), []byte(` {} `), []byte(`null`), []byte("{\"a\":\"\uFFFF\"}"), []byte("{\n\t\"b\":\"<&>\"}"), []byte(`"x"`), []byte(`""`),
			})).Draw(t, "data"),
		}
		body := wire.Encode(sent, "")
		if !isTaken(body) {
			t.Fatalf("SQS does not take %q", body)
		}
		got, claim := wire.Decode(body)
		if claim != "" || got.ID != sent.ID || got.Topic != sent.Topic || !maps.Equal(got.Attributes, sent.Attributes) || !bytes.Equal(got.Data, sent.Data) {
			t.Fatalf("sent %+v\ngot  %+v\nby %s", sent, got, body)
		}
	})
}

// isTaken says whether SQS takes a body.
func isTaken(body string) bool {
	for _, r := range body {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return utf8.ValidString(body)
}

func TestBodyIsACloudEvent(t *testing.T) {
	t.Parallel()
	body := wire.Encode(driver.Message{
		ID: "0f-0", Topic: "order.created", Attributes: map[string]string{"source": "/streams/order/42", "specversion": "1.0"},
		Data: []byte(`{"total":12}`),
	}, "")
	if want := `{"id":"0f-0","type":"order.created","source":"/streams/order/42","specversion":"1.0","data":{"total":12}}`; body != want {
		t.Errorf("got  %s\nwant %s", body, want)
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	m, claim := wire.Decode(wire.Encode(driver.Message{ID: "1", Topic: "t", Data: []byte("large")}, "0f.3"))
	if claim != "0f.3" || m.ID != "1" || m.Topic != "t" || m.Data != nil || len(m.Attributes) != 0 {
		t.Errorf("claim %q of %+v", claim, m)
	}
}

func TestDecodeTakesWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "raw", "[]", "null", `{"type":"order.created"}`} {
		if m, claim := wire.Decode(body); claim != "" || m.ID != "" || m.Topic != "" || string(m.Data) != body {
			t.Errorf("%q decoded as %+v", body, m)
		}
	}
	m, _ := wire.Decode(`{"id":"1","type":"t","sequence":7,"late":true,"data_base64":"!"}`)
	if want := map[string]string{"sequence": "7", "late": "true"}; !maps.Equal(m.Attributes, want) || m.Data != nil {
		t.Errorf("decoded as %+v", m)
	}
}

func TestCheckRefusesWhatIsBeyondTheLimits(t *testing.T) {
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
			err := wire.Check(tc.m)
			if (err == nil) != (name == "just in limit") || errors.Is(err, driver.ErrTooLarge) != tc.tooLarge {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// FuzzDecode decodes bodies as anybody may send them. What is decoded goes through
// a queue once more as it is.
func FuzzDecode(f *testing.F) {
	fuzzing.Seed(f, 2000,
		[]any{`{"id":"0f-0","type":"order.created","specversion":"1.0","data":{}}`},
		[]any{`{"id":1,"type":null,"data_base64":"AA==","other_attributes":{"id":"x","data":"y"}}`},
		[]any{`{"id":"1","data_claim":"0f.2","data":" "}`}, []any{"raw"}, []any{""})
	f.Fuzz(func(t *testing.T, body string) {
		m, claim := wire.Decode(body)
		if m.ID == "" || claim != "" {
			return
		}
		for name, value := range m.Attributes {
			if strings.Contains(name, "_") || !utf8.ValidString(name+value) {
				return // no engine publishes such
			}
		}
		if !utf8.ValidString(m.ID + m.Topic) {
			return
		}
		again, _ := wire.Decode(wire.Encode(m, ""))
		if again.ID != m.ID || again.Topic != m.Topic || !maps.Equal(again.Attributes, m.Attributes) || !bytes.Equal(again.Data, m.Data) {
			t.Fatalf("%q\nis %+v\nand then %+v", body, m, again)
		}
	})
}
