package flow_test

import (
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// FuzzDeliver delivers messages as somebody else might send them: none makes the
// engine panic, and each is handled or parked, never given back for ever.
func FuzzDeliver(f *testing.F) {
	f.Add("0123456789abcdef0123456789abcdef-0", "light.switched_on", "1.0", "/streams/light/a", "2030-01-01T00:00:00Z", "1", "c", []byte(`{"light":"a","house":"h"}`))
	f.Add("x", "light.switched_on", "1.0", "/streams/light/../a", "now", "0", "", []byte(`null`))
	f.Add("", "", "", "", "", "", "", []byte{0xff})
	f.Fuzz(func(t *testing.T, id, topic, version, source, at, seq, flow string, data []byte) {
		store := memory.New()
		w := flowtest.NewWorld(t, testapp.App(nil), &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()})
		for _, subscription := range []string{"count-light", "lights"} {
			m := driver.Message{ID: id, Topic: topic, Data: data, Subscription: subscription, Attributes: map[string]string{
				"specversion": version, "source": source, "time": at, "sequence": seq, "correlationid": flow,
			}}
			for range 4 {
				if err := w.System().Deliver(t.Context(), m); err == nil {
					break
				}
			}
			if err := w.System().Deliver(t.Context(), m); err != nil {
				t.Fatalf("%s gives the message back a fifth time: %v", subscription, err)
			}
		}
	})
}
