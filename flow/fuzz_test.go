package flow_test

import (
	"encoding/json"
	"errors"
	"iter"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// mutants is how many inputs each target sees in a plain go test.
const mutants = 500

// A fuzzed is a world whose stores a target may damage.
type fuzzed struct {
	*flowtest.World
	*memory.Store
	t *testing.T
}

func newFuzzed(t *testing.T) *fuzzed {
	t.Helper()
	store := memory.New()
	stores := &driver.Platform{Log: store, Views: store.Views(), Agenda: store.Agenda()}
	return &fuzzed{World: flowtest.NewWorld(t, testapp.App(nil), stores), Store: store, t: t}
}

// press presses a light, which works in a world that nobody damaged.
func (w *fuzzed) press(light, key string) flow.Receipt {
	w.t.Helper()
	body := []byte(`{"light":"` + light + `","house":"h"}`)
	receipt, err := w.Send(flow.Request{Command: "light.press", Body: body, IdempotencyKey: key})
	if err != nil {
		w.t.Fatal(err)
	}
	return receipt
}

// record returns the record of a receipt.
func (w *fuzzed) record(receipt flow.Receipt) driver.Record {
	w.t.Helper()
	r, err := w.Log().Record(w.t.Context(), receipt.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// Log returns the world's own log.
func (w *fuzzed) Log() driver.Log { return w.Store }

// size counts the records and the items of the agenda.
func (w *fuzzed) size() (n int) {
	w.t.Helper()
	n += drain(w.t, w.Scan(w.t.Context(), 0, driver.Forever))
	for _, kind := range driver.Kinds() {
		n += drain(w.t, w.Agenda().Due(w.t.Context(), kind, driver.Forever, 0))
	}
	return n
}

func drain[T any](t *testing.T, seq iter.Seq2[T, error]) (n int) {
	t.Helper()
	for _, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// intact fails the test unless the streams have no gap, no fork and no record
// that was changed.
func (w *fuzzed) intact() flow.Audit {
	w.t.Helper()
	audit, err := w.System().Audit(w.t.Context())
	if err != nil {
		w.t.Fatalf("audit: %v", err)
	}
	if len(audit.Broken) > 0 {
		w.t.Fatalf("the log is broken: %q", audit.Broken)
	}
	return audit
}

// FuzzDeliver delivers messages as somebody else might send them: none makes the
// engine panic, each is handled or parked, never given back for ever, and none
// breaks the log.
func FuzzDeliver(f *testing.F) {
	fuzzing.Seed(f, mutants,
		[]any{"0123456789abcdef0123456789abcdef-0", "light.switched_on", "1.0", "/streams/light/a", "2030-01-01T00:00:00Z", "1", "c", []byte(`{"light":"a","house":"h"}`)},
		[]any{"0123456789abcdef0123456789abcdef-1", "light.switched_off", "1.0", "/streams/light/a", "2030-01-01T00:00:00.123456Z", "2", "c", []byte(`{"light":"a"}`)},
		[]any{"x", "light.switched_on", "1.0", "/streams/light/../a", "now", "0", "", []byte(`null`)},
		[]any{"x", "light.switched_on", "1.0", "/streams/light/a", "9999-12-31T23:59:59Z", "18446744073709551615", "c", []byte(`{"light":"a","house":"h"}`)},
		[]any{"", "", "", "", "", "", "", []byte{0xff}})
	f.Fuzz(func(t *testing.T, id, topic, version, source, at, seq, correlation string, data []byte) {
		w := newFuzzed(t)
		for _, subscription := range []string{"count-light", "ring-bell", "lights", "houses"} {
			m := driver.Message{ID: id, Topic: topic, Data: data, Subscription: subscription, Attributes: map[string]string{
				"specversion": version, "source": source, "time": at, "sequence": seq, "correlationid": correlation,
			}}
			var err error
			for range 4 {
				if err = w.System().Deliver(t.Context(), m); err == nil {
					break
				}
			}
			if err != nil {
				t.Fatalf("%s gives the message back a fourth time: %v", subscription, err)
			}
		}
		w.Run()
		w.Wait(time.Hour)
		for r, err := range w.Scan(t.Context(), 0, driver.Forever) {
			if err != nil || r.Seq == 0 {
				continue
			}
			if namespace, key, _ := strings.Cut(r.Stream, "/"); flow.CheckKey(namespace) != nil || flow.CheckKey(key) != nil {
				t.Fatalf("recorded on the stream %q", r.Stream)
			}
		}
		w.intact()
	})
}

// FuzzExecute sends commands as anybody might: an error is one of those that
// Execute names, and has recorded nothing; what is accepted counts once, and ends.
func FuzzExecute(f *testing.F) {
	fuzzing.Seed(f, mutants,
		[]any{"light.press", []byte(`{"light":"a","house":"h"}`), "key", "actor"},
		[]any{"light.press", []byte(`{"light":"b","house":"h","times":3}`), "", ""},
		[]any{"light.press", []byte(`{"light":"jam","house":"h","times":2}`), "~ !", "Jörg"},
		[]any{"light.press", []byte(`{"light":"a","house":"no key"}`), "key", "actor"},
		[]any{"light.turn", []byte(`{}`), "\x00", "\xff"})
	f.Fuzz(func(t *testing.T, command string, body []byte, key, actor string) {
		var press struct{ Times int }
		if json.Unmarshal(body, &press) == nil && press.Times > 50 {
			return // it is allowed, and takes its time
		}
		w := newFuzzed(t)
		request := flow.Request{Command: command, Body: body, IdempotencyKey: key, Actor: actor}
		receipt, err := w.Send(request)
		if err != nil {
			w.refused(err)
			return
		}
		if r := w.record(receipt); r.Stream != receipt.Stream || r.Count != len(receipt.Events) {
			t.Fatalf("the receipt %+v is of the record %+v", receipt, r)
		}
		if key != "" {
			again, err := w.Send(request)
			if err != nil || !again.Repeated || again.ID != receipt.ID || len(again.Events) != len(receipt.Events) {
				t.Fatalf("sent again: %+v, %v; at first %+v", again, err, receipt)
			}
		}
		for range 10 { // longer than any function here is tried again
			w.Run()
			w.Wait(time.Hour)
		}
		if audit := w.intact(); !audit.Quiet() {
			t.Fatalf("does not end: %+v", audit)
		}
	})
}

// refused fails the test unless a command was refused as Execute says.
func (w *fuzzed) refused(err error) {
	w.t.Helper()
	var invalid *flow.InvalidError
	var refusal *flow.Refusal
	known := errors.As(err, &invalid) || errors.As(err, &refusal)
	for _, kind := range []error{flow.ErrUnknown, flow.ErrKeyReused, flow.ErrFailed, driver.ErrTooLarge} {
		known = known || errors.Is(err, kind)
	}
	if !known || err.Error() == "" {
		w.t.Fatalf("an error of no kind that is documented: %v", err)
	}
	if invalid != nil {
		for _, p := range invalid.Problems {
			if p.Text == "" || !utf8.ValidString(p.Pointer+p.Text) {
				w.t.Fatalf("the problem %q at %q", p.Text, p.Pointer)
			}
		}
	}
	if n := w.size(); n > 0 {
		w.t.Fatalf("%d things were recorded, after %v", n, err)
	}
}

// FuzzCheckKey holds that a key that is taken fits wherever keys stand: in a path,
// a stream, an attribute of a message.
func FuzzCheckKey(f *testing.F) {
	fuzzing.Seed(f, mutants, []any{"42"}, []any{"a.b_c-d@e:f+g=h,i"}, []any{"a..b"}, []any{"-a"}, []any{""}, []any{strings.Repeat("x", 129)}, []any{"a\x00"})
	f.Fuzz(func(t *testing.T, key string) {
		err := flow.CheckKey(key)
		if err != nil {
			if text := err.Error(); text == "" || !utf8.ValidString(text) {
				t.Fatalf("the error is %q", text)
			}
			return
		}
		if len(key) == 0 || len(key) > 128 {
			t.Fatalf("%d bytes", len(key))
		}
		u, err := url.Parse("http://localhost/streams/order/" + key)
		if err != nil || path.Base(u.Path) != key || path.Clean(u.Path) != u.Path || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q in a path is %v, %v", key, u, err)
		}
	})
}
