package local

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/onevent/onevent/flow/internal/fuzzing"
)

// FuzzRows reads rows as a damaged file may have them: of any text, any bytes, any
// number, where the schema wants something else.
func FuzzRows(f *testing.F) {
	fuzzing.Seed(f, 1000,
		[]any{int64(1), "light.switched_on", []byte("{}"), `{"a":"b"}`, uint8(0)},
		[]any{int64(-1), "", []byte(nil), `{"a":1}`, uint8(1)},
		[]any{int64(0), "\xff", []byte{0xff}, `null`, uint8(2)},
		[]any{int64(1) << 62, "x", make([]byte, 40), `[`, uint8(3)})
	f.Fuzz(func(t *testing.T, n int64, text string, blob []byte, attributes string, order uint8) {
		kinds := []any{n, text, blob, nil, attributes}
		any8 := make(row, 8)
		for i := range any8 {
			any8[i] = kinds[(i+int(order))%len(kinds)]
		}
		if r := recordOf(any8); r.Count != int(any8.int(3)) || len(r.ID) != 2*len(any8.blob(0)) {
			t.Fatalf("the row %v is the record %+v", any8, r)
		}
		_, _ = documentOf(any8)
		_ = headOf("order/42", any8)
		_ = messageOf(any8)
		m := messageOf(row{n, int64(0), int64(0), int64(0), text, text, attributes, blob})
		var want map[string]string
		if json.Unmarshal([]byte(attributes), &want) == nil && !maps.Equal(m.Attributes, want) {
			t.Fatalf("%s is read as %v", attributes, m.Attributes)
		}
		if m.ID != text || string(m.Data) != string(blob) {
			t.Fatalf("%q with %q is the message %+v", text, blob, m)
		}
	})
}

// FuzzTexts reads versions, IDs and bodies that drivers are handed back.
func FuzzTexts(f *testing.F) {
	fuzzing.Seed(f, 1000, []any{"12.34"}, []any{"0123456789abcdef0123456789abcdef"}, []any{"1."}, []any{".1"}, []any{"+1.-1"},
		[]any{`{"a":1,"b":"x"}`}, []any{"0123456789ABCDEF0123456789ABCDEF"}, []any{""})
	f.Fuzz(func(t *testing.T, text string) {
		if n, rev, ok := parseDocumentVersion(text); ok {
			if again, alsoRev, ok := parseDocumentVersion(documentVersion(n, rev)); !ok || again != n || alsoRev != rev {
				t.Fatalf("the version %q is %d.%d, and again %d.%d", text, n, rev, again, alsoRev)
			}
		}
		if id, ok := idOf(text); ok {
			if r := recordOf(row{id, nil, nil, nil, nil, nil, nil, nil}); r.ID != text {
				t.Fatalf("the ID %q is read as %q", text, r.ID)
			}
		}
		if matches([]byte(text), map[string]any{"a": 1.0}) && !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON, and found", text)
		}
	})
}
