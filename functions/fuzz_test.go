package functions_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/audit"
)

// maxLines is how long a history is that a target tells.
const maxLines = 12

// FuzzCommands sends commands, one a line: a name and its JSON. Each is taken or
// refused in words, no function panics over what was taken, and when all is
// delivered the books balance.
func FuzzCommands(f *testing.F) {
	const begin = "consumer.register {\"consumer\":\"alice\",\"name\":\"Alice\"}\n" +
		"order.place {\"order\":\"o1\",\"consumer\":\"alice\",\"restaurant\":\"roma\",\"items\":[{\"name\":\"pizza\",\"quantity\":2,\"price\":950}]}\n"
	f.Add(begin + "run\nticket.accept {\"ticket\":\"o1\"}\nrun\nticket.finish {\"ticket\":\"o1\"}\nrun\ndelivery.pick_up {\"delivery\":\"o1\"}\ndelivery.deliver {\"delivery\":\"o1\"}")
	f.Add(begin + "order.cancel {\"order\":\"o1\"}\nrun\nticket.accept {\"ticket\":\"o1\"}")
	f.Add(begin + "run\nticket.reject {\"ticket\":\"o1\",\"reason\":\"no dough\"}\nticket.accept {\"ticket\":\"o1\"}")
	f.Add(begin + "credit.set_limit {\"account\":\"alice\",\"limit\":0}\nrun\ncredit.set_limit {\"account\":\"alice\",\"limit\":9223372036854775807}")
	f.Add("order.place {\"order\":\"o1\",\"consumer\":\"bob\",\"restaurant\":\"r\",\"items\":[{\"name\":\"\\u0000\",\"quantity\":9223372036854775807,\"price\":9223372036854775807}]}")
	f.Add(begin + begin + "order.place {}\norder.place null\nnobody {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "\n") > maxLines {
			return
		}
		w := flowtest.NewWorld(t, functions.App(newFlaky(1, 0).settings()), nil)
		for line := range strings.Lines(text) {
			command, body, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if command == "run" {
				w.Run()
				continue
			}
			if _, err := w.Send(flow.Request{Command: command, Body: []byte(body)}); err != nil {
				wantsRefusal(t, line, err)
			}
		}
		rest(w)
		unshaken(t, w)
		report, err := audit.Check(w.System().Log(t.Context(), 0, driver.Forever))
		if err != nil || report.Err() != nil || report.Open > 0 {
			t.Fatalf("%q ends with %+v, %v", text, report, err)
		}
	})
}

// wantsRefusal fails the test unless a command was refused, not failed.
func wantsRefusal(t *testing.T, line string, err error) {
	t.Helper()
	var invalid *flow.InvalidError
	var refusal *flow.Refusal
	if !errors.As(err, &invalid) && !errors.As(err, &refusal) && !errors.Is(err, flow.ErrUnknown) && !errors.Is(err, driver.ErrTooLarge) {
		t.Fatalf("%q fails: %v", line, err)
	}
}

// rest delivers all there is, and waits until no order can be open any more.
func rest(w *flowtest.World) {
	for range 30 {
		w.Run()
		w.Wait(10 * time.Minute)
	}
	w.Run()
}

// unshaken fails the test if a function panicked, or if something that is not
// parked did not end.
func unshaken(t *testing.T, w *flowtest.World) {
	t.Helper()
	for failure, err := range w.System().Parked(t.Context()) {
		if err != nil || strings.Contains(failure.Error, "panicked") {
			t.Fatalf("%s on %s: %s (%v)", failure.Function, failure.Event.Data, failure.Error, err)
		}
	}
	found, err := w.System().Audit(t.Context())
	if err != nil || !found.Quiet() || len(found.Broken) > 0 {
		t.Fatalf("the audit finds %+v, %v", found, err)
	}
}

// FuzzEvents delivers an event of a type, with data that no function emits, to
// whoever takes it: none panics over it.
func FuzzEvents(f *testing.F) {
	app := functions.App(functions.Settings{})
	types := app.Events.Types()
	for i := range types {
		for _, data := range []string{
			`{"order":"o1","account":"alice","ticket":"o1","delivery":"o1","payment":"o1","consumer":"alice","restaurant":"roma","amount":100,"total":100,"limit":5,"name":"x","items":[{"name":"pizza","quantity":2,"price":950}]}`,
			`{"order":"o1","amount":-9223372036854775808,"total":9223372036854775807,"items":null}`,
			`{}`, `null`,
		} {
			f.Add(uint8(i), uint8(i), []byte(data))
		}
	}
	f.Fuzz(func(t *testing.T, first, second uint8, data []byte) {
		w := flowtest.NewWorld(t, functions.App(newFlaky(1, 0).settings()), nil)
		for n, i := range []uint8{first, second} {
			typ := types[int(i)%len(types)]
			namespace, _, _ := strings.Cut(typ, ".")
			m := driver.Message{ID: fmt.Sprintf("%032x-0", n), Topic: typ, Data: data, Attributes: map[string]string{
				"specversion": "1.0", "source": "/streams/" + namespace + "/o1", "time": "2030-01-01T00:00:00Z",
				"sequence": fmt.Sprint(n + 1), "correlationid": "c",
			}}
			for _, function := range w.System().App().Functions {
				if function.Kind() == flow.KindCommand {
					continue
				}
				if m.Subscription = function.Name(); slices.Contains(function.Inputs(), typ) {
					_ = w.System().Deliver(t.Context(), m)
				}
			}
		}
		for range 3 {
			w.Run()
			w.Wait(time.Hour)
		}
		for failure, err := range w.System().Parked(t.Context()) {
			if err != nil || strings.Contains(failure.Error, "panicked") {
				t.Fatalf("%s on %s %s: %s (%v)", failure.Function, failure.Event.Type, failure.Event.Data, failure.Error, err)
			}
		}
		for failure, err := range w.System().Retrying(t.Context()) {
			if err != nil || strings.Contains(failure.Error, "panicked") {
				t.Fatalf("%s on %s %s: %s (%v)", failure.Function, failure.Event.Type, failure.Event.Data, failure.Error, err)
			}
		}
	})
}
