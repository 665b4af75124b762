package gcp

import (
	"math"
	"reflect"
	"strings"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/protobuf/proto"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// FuzzValues reads documents of Firestore in which anything may stand, given as
// protocol buffers: nothing panics, and a record that was read, written and read
// again is the same.
func FuzzValues(f *testing.F) {
	record := driver.Record{
		ID: "0123456789abcdef0123456789abcdef", Stream: "order/42", Seq: 3, Count: 2, Time: 5,
		Correlation: "c", Hash: driver.Hash{1}, Body: []byte("{}"),
	}
	head := driver.Head{Stream: "order/42", Seq: 4, Time: 5, Hash: record.Hash, Correlation: "c", State: []byte("{}"), Shape: "s"}
	marshal := func(name string, f fields) []any {
		data, err := proto.Marshal(&pb.Document{Name: "projects/p/databases/d/documents/" + name, Fields: f})
		if err != nil {
			panic(err)
		}
		return []any{data}
	}
	fuzzing.Seed(f, 2000,
		marshal("events/"+keyID(record.ID), recordFields(record)),
		marshal("streams/"+escape(head.Stream), headFields(head, record.ID)),
		marshal("views-a/k.0", fields{fieldBody: raw([]byte("{}")), fieldMemory: text("not bytes"), fieldNonce: number(math.MinInt64)}),
		marshal("outbox/x", fields{fieldDue: double(math.NaN()), fieldSlot: flag(true), fieldBody: nested(fields{})}),
		[]any{[]byte{}})
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &pb.Document{}
		if proto.Unmarshal(data, d) != nil {
			return
		}
		r := recordOf(d)
		if r.Count >= 0 && r.Count <= math.MaxInt32 && int64(r.Seq) >= 0 {
			again := recordOf(&pb.Document{Name: "x/" + keyID(r.ID), Fields: recordFields(r)})
			if !reflect.DeepEqual(again, r) {
				t.Fatalf("read %+v, and again %+v", r, again)
			}
		}
		document := documentOf("lights", d)
		if _, err := selectableFields(document.Body); err != nil {
			t.Fatalf("%q: %v", document.Body, err)
		}
		if document.Version != "" && condition(document.Version) == nil && d.GetUpdateTime().IsValid() {
			t.Fatalf("the version %q can't be a condition", document.Version)
		}
		item := itemOf(driver.Outbox, d)
		if item.ID != r.ID || string(item.Body) != string(r.Body) {
			t.Fatalf("one document is the item %+v and the record %+v", item, r)
		}
	})
}

// FuzzSelectable takes fields out of bodies as Firestore may hold them: names that
// need no quotes, values within its limits.
func FuzzSelectable(f *testing.F) {
	fuzzing.Seed(f, 1000,
		[]any{[]byte(`{"a":"x","b":true,"c":1.5,"d":null,"e":[1],"f":{},"_g":"","h.i":"j","":-0}`)},
		[]any{[]byte(`{"a":"` + strings.Repeat("ü", 600) + `","b":"\ud800","c":1e400}`)},
		[]any{[]byte(`null`)}, []any{[]byte(`[1]`)}, []any{[]byte{0xff}})
	f.Fuzz(func(t *testing.T, body []byte) {
		selected, err := selectableFields(body)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := proto.Marshal(&pb.Document{Fields: selected}); err != nil {
			t.Fatalf("%q can't be sent: %v", body, err)
		}
		for name, v := range selected {
			if !isPlain(strings.TrimPrefix(name, hashedName)) && len(name) != len(hashedName)+64 {
				t.Fatalf("the field %q", name)
			}
			if len(v.GetStringValue()) > maxIndexed {
				t.Fatalf("%d bytes are kept to select by", len(v.GetStringValue()))
			}
		}
	})
}

// FuzzKeys makes ids of keys, and keys of ids that nobody made.
func FuzzKeys(f *testing.F) {
	fuzzing.Seed(f, 1000, []any{"order/42"}, []any{"^_.~/%"}, []any{"__x__"}, []any{".."}, []any{"\xff"}, []any{""})
	f.Fuzz(func(t *testing.T, key string) {
		if key != "" && illegal(keyID(key)) {
			t.Fatalf("the id of %q is %q", key, keyID(key))
		}
		if got := keyOf(keyID(key)); got != key {
			t.Fatalf("%q came back as %q", key, got)
		}
		_ = keyOf(key)
		if key != "" && illegal(escape(key)) {
			t.Fatalf("%q is escaped as %q", key, escape(key))
		}
		if c := condition(key); key != "" && c != nil && c.GetUpdateTime() == nil {
			t.Fatalf("the version %q is the condition %v", key, c)
		}
	})
}
