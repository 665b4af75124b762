package wire_test

import (
	"errors"
	"maps"
	"net/textproto"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// FuzzDecode decodes attributes as anybody may publish them, one "name: value" a
// line. The same attributes are always the same message, and one that is within
// the limits goes through Pub/Sub once more as it is.
func FuzzDecode(f *testing.F) {
	fuzzing.Seed(f, 2000,
		[]any{"ce-id: 0f-0\nce-type: order.created\nce-source: /streams/order/42\ncontent-type: application/json", []byte("{}")},
		[]any{"CE-ID: 1\nce-id: 2\nCe-Id: 3\nce-type: t", []byte{0xff}},
		[]any{"ce-id: 1\nce-type: t\nce-actor: J%C3%B6rg %\nmore-1-ce-actor: rest\nmore-2-ce-actor: %2", []byte(nil)},
		[]any{"ce-id: 1\nce-type: t\nother-id: x\nother-type: y\nce-datacontenttype: a\ncontent-type: application/x-www-form-urlencoded", []byte(nil)},
		[]any{"ce-: 1\nmore-0-ce-: \n: x", []byte(nil)})
	f.Fuzz(func(t *testing.T, lines string, data []byte) {
		attributes := map[string]string{}
		for line := range strings.Lines(lines) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			attributes[name] = value
		}
		m := wire.Decode(attributes, data)
		for range 5 { // the order of a map changes
			same(t, m, wire.Decode(attributes, data))
		}
		encoded, err := wire.Encode(m)
		if err != nil {
			if m.ID != "" && m.Topic != "" && !errors.Is(err, driver.ErrTooLarge) {
				t.Fatalf("%+v can't be encoded: %v", m, err)
			}
			return
		}
		for name, value := range m.Attributes {
			// What no engine publishes need not survive: such names, no value at all.
			if !isName(name) || value == "" || name == "datacontenttype" && value == "application/x-www-form-urlencoded" {
				return
			}
		}
		for name, value := range encoded {
			if len(value) > 1024 || textproto.TrimString(value) != value {
				t.Fatalf("the attribute %q is %q", name, value)
			}
		}
		same(t, m, wire.Decode(encoded, data))
	})
}

// isName says whether an attribute may have a name.
func isName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

func same(t *testing.T, a, b driver.Message) {
	t.Helper()
	if a.ID != b.ID || a.Topic != b.Topic || string(a.Data) != string(b.Data) || !maps.Equal(a.Attributes, b.Attributes) {
		t.Fatalf("two messages from one:\n%+v\n%+v", a, b)
	}
}

// FuzzSubscription reads the names of subscriptions.
func FuzzSubscription(f *testing.F) {
	fuzzing.Seed(f, 500, []any{"projects/p/subscriptions/reserve-credit~order.created"}, []any{"a"}, []any{"~"}, []any{"/"}, []any{""})
	f.Fuzz(func(t *testing.T, subscription string) {
		name, topic := wire.SplitSubscription(subscription)
		if strings.ContainsAny(name, "/~") || !strings.HasSuffix(subscription, topic) {
			t.Fatalf("%q is %q on %q", subscription, name, topic)
		}
		if again, on := wire.SplitSubscription("projects/p/subscriptions/" + wire.JoinSubscription(name, topic)); again != name || on != topic {
			t.Fatalf("%q on %q came back as %q on %q", name, topic, again, on)
		}
	})
}
