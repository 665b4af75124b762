package strict_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/internal/strict"
)

// everything has a field of each kind that a command may have.
type everything struct {
	Text     string            `json:"text,omitempty"`
	Bytes    []byte            `json:"bytes,omitempty"`
	Array    [2]int            `json:"array,omitzero"`
	Small    int8              `json:"small,omitempty"`
	Unsigned uint64            `json:"unsigned,omitempty"`
	Single   float32           `json:"single,omitempty"`
	At       time.Time         `json:"at,omitzero"`
	Host     netip.Addr        `json:"host,omitzero"`
	Hosts    []netip.Addr      `json:"hosts,omitempty"`
	Raw      json.RawMessage   `json:"raw,omitempty"`
	Numbers  map[int8]uint8    `json:"numbers,omitempty"`
	Nested   map[string][]item `json:"nested,omitempty"`
	Next     *everything       `json:"next,omitempty"`
	Plain    string
}

// FuzzDecode holds that what is taken is JSON and is kept, all of it: written
// again, it holds each value that was in it. What is refused is refused with
// words, and 20 problems at the most.
func FuzzDecode(f *testing.F) {
	fuzzing.Seed(f, 3000,
		[]any{[]byte(`{"order":"42","total":1,"items":[{"name":"a","count":1}],"labels":{"a":"b"},"note":"n","ratio":1.5,"urgent":true}`)},
		[]any{[]byte(`{"Plain":"","text":"\ud83c\udf5c","bytes":"aGk=","array":[1,2],"small":-128,"unsigned":18446744073709551615,"single":1.5}`)},
		[]any{[]byte(`{"Plain":"x","at":"2030-01-02T03:04:05.000000006+07:00","host":"::1","hosts":["127.0.0.1"],"raw":[null],"numbers":{"1":2}}`)},
		[]any{[]byte(`{"Plain":"x","nested":{"a":[{"name":"b","count":0}]},"next":{"Plain":"y","next":{"Plain":"z"}}}`)},
		[]any{[]byte(`{"Plain":"x","single":3.5e38,"ratio":-0,"unsigned":-0,"total":1e3}`)},
		[]any{[]byte(`{"Plain":"\ud800`)})
	f.Fuzz(func(t *testing.T, data []byte) {
		decodes[command](t, data)
		decodes[everything](t, data)
	})
}

func decodes[T any](t *testing.T, data []byte) {
	t.Helper()
	var got T
	problems := strict.Decode(data, &got)
	if len(problems) > 20 {
		t.Fatalf("%d problems", len(problems))
	}
	for _, p := range problems {
		if p.Text == "" || len(p.Text) > 300 || !utf8.ValidString(p.Pointer+p.Text) {
			t.Fatalf("the problem %q at %q", p.Text, p.Pointer)
		}
		if p.Syntax && len(problems) > 1 {
			t.Fatalf("problems of %T besides what is no JSON: %v", got, problems)
		}
	}
	if len(problems) > 0 {
		return
	}
	if !json.Valid(data) {
		t.Fatalf("%q is no JSON, and taken", data)
	}
	again, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var reread T
	if problems := strict.Decode(again, &reread); len(problems) > 0 {
		t.Fatalf("%s was taken; written again it is %s: %v", data, again, problems)
	}
	if !reflect.DeepEqual(got, reread) {
		t.Fatalf("%s was taken as %+v; written again and read it is %+v", data, got, reread)
	}
	if missing := lost(tree(t, data), tree(t, again)); missing != "" {
		t.Fatalf("%s was taken, without %s: %s", data, missing, again)
	}
}

func tree(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// lost returns the name of a value with some content that is not in again. What
// is written in another form, as times are, counts as there.
func lost(v, again any) string {
	switch v := v.(type) {
	case map[string]any:
		members, ok := again.(map[string]any)
		for name, value := range v {
			if other, there := members[name]; !ok || !there && !isZero(value) {
				return name
			} else if inside := lost(value, other); there && inside != "" {
				return name + "." + inside
			}
		}
	case []any:
		elements, ok := again.([]any)
		if !ok && len(v) > 0 || len(elements) != len(v) {
			return "elements"
		}
		for i, value := range v {
			if inside := lost(value, elements[i]); inside != "" {
				return inside
			}
		}
	}
	return ""
}

// isZero says whether a value may be left out when it is written.
func isZero(v any) bool {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !isZero(e) {
				return false
			}
		}
		return true
	case map[string]any:
		return len(v) == 0
	case float64:
		return float32(v) == 0
	case string:
		return v == "" || strings.HasPrefix(v, "0001-01-01T00:00:00")
	case nil:
		return true
	}
	return v == false
}

// TestDecodeEnds reads what is large and made to be slow. No time is asserted, but
// a reader that is quadratic takes minutes.
func TestDecodeEnds(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("9", 10_000_000)
	for name, tc := range map[string]struct {
		in       string
		problems int
	}{
		"a long number":   {`{"order":"42","total":` + many + `}`, 1},
		"a long fraction": {`{"order":"42","total":1,"ratio":0.` + many + `}`, 0},
		"many members":    {`{"order":"42","total":1,"labels":{` + strings.Repeat(`"a":"b",`, 100_000) + `"a":"b"}}`, 20},
		"a deep object":   {strings.Repeat(`{"next":`, 1_000_000), 1},
	} {
		var c command
		if problems := strict.Decode([]byte(tc.in), &c); len(problems) != tc.problems {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
