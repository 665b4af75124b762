package flow_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// The targets here change what is stored, as a bad disk or a bad hand does: whoever
// reads it gets an error, or what can be right; nobody panics or hangs, and
// nothing that is right is changed for it.

// FuzzRecord changes the body of a record. The audit says so.
func FuzzRecord(f *testing.F) {
	const begin = `{"v":1,"id":"ID","stream":"light/a","seq":1,"time":TIME,"correlation":"FLOW",`
	fuzzing.Seed(f, mutants,
		[]any{[]byte(begin + `"function":"press-light","actor":"anonymous","command":{"type":"light.press","data":{"light":"a","house":"h"}},"events":[{"type":"light.switched_on","data":{"light":"a","house":"h"}}]}`)},
		[]any{[]byte(begin + `"events":[{"type":"light.switched_off","data":{"light":"b"}}],"deadlines":[{"id":"","type":"light.burn_due","due":-1,"data":[]}]}`)},
		[]any{[]byte(begin + `"events":[null],"deadlines":[null],"command":{}}`)},
		[]any{[]byte(begin + `"events":[{"type":"light.switched_on","data":null}]}`)},
		[]any{[]byte(`{"v":2}`)},
		[]any{[]byte(`null`)})
	f.Fuzz(func(t *testing.T, text []byte) {
		whole := newFuzzed(t)
		receipt := whole.press("a", "key")
		r := whole.record(receipt)
		head, err := whole.Head(t.Context(), r.Stream)
		if err != nil {
			t.Fatal(err)
		}
		intact := string(r.Body)
		fill := strings.NewReplacer("ID", r.ID, "TIME", strconv.FormatInt(int64(r.Time), 10), "FLOW", r.Correlation)
		r.Body = []byte(fill.Replace(string(text)))
		head.Version, head.Shape = "", "old" // so that the state is folded from the record
		w := newFuzzed(t)
		outbox := driver.Item{Kind: driver.Outbox, ID: r.ID}
		if err := w.Commit(t.Context(), driver.Commit{Record: r, Head: &head, Items: []driver.Item{outbox}}); err != nil {
			t.Fatal(err)
		}
		w.readRecord(r)
		w.useRecord(receipt)
		audit, err := w.System().Audit(t.Context())
		if err == nil && len(audit.Broken) == 0 && string(r.Body) != intact {
			t.Fatalf("the audit finds nothing in %s", r.Body)
		}
	})
}

// readRecord reads a record in all the ways there are.
func (w *fuzzed) readRecord(r driver.Record) {
	w.t.Helper()
	namespace, key, _ := strings.Cut(r.Stream, "/")
	for what, events := range map[string]func(func(flow.Recorded, error) bool){
		"stream": w.System().Stream(w.t.Context(), namespace, key),
		"flow":   w.System().Flow(w.t.Context(), r.Correlation),
		"log":    w.System().Log(w.t.Context(), 0, driver.Forever),
	} {
		n := 0
		for e, err := range events {
			if err != nil {
				n = r.Count
				break
			}
			if e.Stream != r.Stream || e.Seq != r.Seq+uint64(n) || e.Time != r.Time || e.Correlation != r.Correlation {
				w.t.Fatalf("%s: read %+v from the record %+v", what, e, r)
			}
			n++
		}
		if n != r.Count {
			w.t.Fatalf("%s: %d events from a record of %d", what, n, r.Count)
		}
	}
}

// useRecord has the engine build upon a record.
func (w *fuzzed) useRecord(receipt flow.Receipt) {
	w.t.Helper()
	before := w.size()
	again, err := w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`), IdempotencyKey: "key"})
	switch {
	case err == nil && (!again.Repeated || again.ID != receipt.ID):
		w.t.Fatalf("the command was executed again: %+v", again)
	case err != nil && w.size() != before:
		w.t.Fatalf("%d things are stored, it was %d, after %v", w.size(), before, err)
	}
	_, _ = w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`)})
	for range 3 {
		w.Wait(time.Hour)
		w.settle()
	}
}

// settle delivers for a while: what is damaged may be given back for ever.
func (w *fuzzed) settle() {
	w.t.Helper()
	for range 50 {
		if !w.Step() {
			return
		}
	}
}

// FuzzState changes the state in the head of a stream: a decision upon it is an
// error that records nothing, or a decision.
func FuzzState(f *testing.F) {
	fuzzing.Seed(f, mutants,
		[]any{[]byte(`{"known":true,"on":true,"burned":false,"presses":1}`), false},
		[]any{[]byte(`{"presses":9223372036854775807}`), false},
		[]any{[]byte(`null`), true}, []any{[]byte{}, false}, []any{[]byte(`[]`), false})
	f.Fuzz(func(t *testing.T, state []byte, otherShape bool) {
		whole := newFuzzed(t)
		r := whole.record(whole.press("a", "key"))
		head, err := whole.Head(t.Context(), r.Stream)
		if err != nil {
			t.Fatal(err)
		}
		head.Version, head.State = "", state
		if otherShape {
			head.Shape = "old"
		}
		w := newFuzzed(t)
		if err := w.Commit(t.Context(), driver.Commit{Record: r, Head: &head}); err != nil {
			t.Fatal(err)
		}
		before := w.size()
		_, err = w.Send(flow.Request{Command: "light.press", Body: []byte(`{"light":"a","house":"h"}`)})
		var refusal *flow.Refusal
		switch {
		case err != nil && w.size() != before:
			t.Fatalf("%d things are stored, it was %d, after %v", w.size(), before, err)
		case err != nil && otherShape && !errors.As(err, &refusal):
			t.Fatalf("a state of another type, which is not read, makes %v", err)
		}
	})
}

// FuzzDocument changes a document of a view and its memory: an event that concerns
// it is an error, or brought in; either way the reader gets an object.
func FuzzDocument(f *testing.F) {
	const seen = `{"shape":"SHAPE","time":1,"stream":"light/a","seq":1,"seen":{"light/a":[[1,1]]}}`
	fuzzing.Seed(f, mutants,
		[]any{[]byte(`{"story":["on"],"on":true}`), []byte(seen), true},
		[]any{[]byte(`{"counted":1}`), []byte(nil), true},
		[]any{[]byte(`null`), []byte(`{"seen":null}`), true},
		[]any{[]byte(`{}`), []byte(`{"time":9223372036854775807,"seen":{"light/a":[]}}`), false},
		[]any{[]byte(`{}`), []byte(`{"time":9223372036854775807,"seen":{"light/a":[[5,2],[3,3]],"":[[0,18446744073709551615]]}}`), false},
		[]any{[]byte(`[]`), []byte(`null`), false})
	f.Fuzz(func(t *testing.T, document, memory []byte, sameShape bool) {
		w := newFuzzed(t)
		w.press("a", "key")
		shape := "old"
		if sameShape {
			shape = w.shape()
		}
		memory = []byte(strings.ReplaceAll(string(memory), "SHAPE", shape))
		w.damage(driver.Document{View: "lights", Key: "a", Body: document, Memory: memory})
		w.damage(driver.Document{View: "houses", Key: "h", Body: document, Memory: memory})
		w.settle()
		w.Wait(time.Hour)
		w.settle()
		_, _ = w.System().Audit(t.Context())
	})
}

// shape returns how the memory of a document in the view of lights says its type.
func (w *fuzzed) shape() string {
	w.t.Helper()
	other := newFuzzed(w.t)
	other.press("b", "")
	other.Run()
	doc, err := other.Views().Get(w.t.Context(), "lights", "b")
	if err != nil {
		w.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc.Memory), `"shape":"`)
	shape, _, _ := strings.Cut(rest, `"`)
	return shape
}

// damage puts a document in the place of the one that is there.
func (w *fuzzed) damage(doc driver.Document) {
	w.t.Helper()
	old, err := w.Views().Get(w.t.Context(), doc.View, doc.Key)
	if err != nil && !errors.Is(err, driver.ErrNotFound) {
		w.t.Fatal(err)
	}
	doc.Version = old.Version
	if err := w.Views().Put(w.t.Context(), doc, ""); err != nil {
		w.t.Fatal(err)
	}
}

// FuzzAgenda puts items on the agenda that the engine did not: the tick does them
// or leaves them with an error, the others have their turn, and the log stays
// whole.
func FuzzAgenda(f *testing.F) {
	const event = `{"id":"ID-0","type":"light.switched_on","stream":"light/a","seq":1,"time":1,"function":"press-light","correlation":"c","data":{"light":"a","house":"h"}}`
	const failure = `{"id":"count-light~ID-0","function":"count-light","event":` + event + `,"error":"x","attempts":1,"first":1,"last":2}`
	kinds := driver.Kinds()
	kind := func(k driver.Kind) uint8 {
		for i := range kinds {
			if kinds[i] == k {
				return uint8(i)
			}
		}
		f.Fatalf("no kind %s", k)
		return 0
	}
	fuzzing.Seed(f, mutants,
		[]any{kind(driver.Outbox), "ID", []byte(nil)},
		[]any{kind(driver.Deadlines), "d", []byte(`{"deadline":{"id":"0123456789abcdef0123456789abcdef","type":"light.burn_due","due":1,"data":{"light":"a"}},"function":"press-light","stream":"light/a","cause":` + event + `,"actor":"x"}`)},
		[]any{kind(driver.Retries), "count-light~ID-0", []byte(failure)},
		[]any{kind(driver.Parked), "count-light~ID-0", []byte(failure)},
		[]any{kind(driver.Parked), "count-light~raw-0", []byte(`{"id":"count-light~raw-0","function":"count-light","message":{"ID":"x","Topic":"light.switched_on","Attributes":null,"Data":"e30=","Subscription":"count-light","Attempt":-1},"attempts":-1}`)},
		[]any{kind(driver.Paused), "count-light", []byte(`{"function":"count-light","error":"x","since":1,"probes":0,"next":1,"failure":` + failure + `}`)},
		[]any{kind(driver.Unanswered), "count-light~ID-0", []byte(`{"function":"count-light","event":` + event + `,"looks":0}`)},
		[]any{kind(driver.Notes), "sweep", []byte(`1`)},
		[]any{kind(driver.Parked), "", []byte(`null`)})
	f.Fuzz(func(t *testing.T, kind uint8, id string, body []byte) {
		w := newFuzzed(t)
		receipt := w.press("a", "key")
		item := driver.Item{
			Kind: kinds[int(kind)%len(kinds)], ID: strings.ReplaceAll(id, "ID", receipt.ID), Due: 1,
			Body: []byte(strings.ReplaceAll(string(body), "ID", receipt.ID)),
		}
		if err := w.Agenda().Put(t.Context(), item); err != nil {
			t.Fatal(err)
		}
		w.readAgenda(item)
		for range 4 {
			w.Wait(time.Hour)
			w.settle()
		}
		w.press("b", "") // burns out after 10 minutes, whatever else is due
		w.settle()
		w.Wait(time.Hour)
		w.settle()
		for _, err := range w.System().Stream(t.Context(), "light", "b") {
			if err != nil {
				t.Fatal(err)
			}
		}
		head, err := w.Head(t.Context(), "light/b")
		if err != nil || head.Seq != 3 {
			t.Fatalf("the item %s %q keeps a deadline from its turn: %d events, %v", item.Kind, item.ID, head.Seq, err)
		}
	})
}

// readAgenda reads an item in all the ways there are.
func (w *fuzzed) readAgenda(item driver.Item) {
	w.t.Helper()
	ctx := w.t.Context()
	for range w.System().Parked(ctx) {
		continue
	}
	for range w.System().Retrying(ctx) {
		continue
	}
	_, _ = w.System().Paused(ctx)
	if _, err := w.System().ParkedOne(ctx, item.ID); err == nil && item.Kind != driver.Parked {
		w.t.Fatalf("%s %q is read as parked", item.Kind, item.ID)
	}
	_, _ = w.System().Redrive(ctx, item.ID)
	_, _ = w.System().RedriveAll(ctx, flow.Selection{}, 10)
	_, _ = w.System().Audit(ctx)
}
