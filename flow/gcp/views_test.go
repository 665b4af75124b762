package gcp_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

func put(t *testing.T, s *gcp.Store, key string, body any) {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Views().Put(t.Context(), driver.Document{View: "v", Key: key, Body: encoded}, ""); err != nil {
		t.Fatal(err)
	}
}

// keysWhere returns the keys that a query selects, with spaces between.
func keysWhere(t *testing.T, s *gcp.Store, where map[string]any) string {
	t.Helper()
	var keys []string
	for doc, err := range s.Views().Query(t.Context(), "v", driver.Query{Where: where}) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, doc.Key)
	}
	return strings.Join(keys, " ")
}

func TestQuerySelectsByAnyNameAndValue(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	long := strings.Repeat("x", 2000)
	put(t, s, "1", map[string]any{"a.b": "x", "": 1, "__x__": true, "long": long, "zero": math.Copysign(0, -1), "ü": "ü", "list": []int{1}})
	put(t, s, "2", map[string]any{"a": map[string]any{"b": "x"}, "long": long + "y", "zero": 0, "none": nil})
	put(t, s, "3", map[string]any{"_x": "x", "big": 1e300, "text": "1", "number": 1})
	for want, wheres := range map[string][]map[string]any{
		"1":   {{"a.b": "x"}, {"": 1.0}, {"__x__": true}, {"long": long}, {"ü": "ü"}, {"a.b": "x", "": 1.0, "long": long}},
		"2":   {{"long": long + "y"}},
		"3":   {{"_x": "x"}, {"big": 1e300}, {"text": "1"}, {"number": 1.0}},
		"1 2": {{"zero": 0.0}},
		"":    {{"text": 1.0}, {"number": "1"}, {"a": "x"}, {"none": ""}, {"a.b": "x", "zero": 1.0}, {"list": 1.0}},
	} {
		for _, where := range wheres {
			if got := keysWhere(t, s, where); got != want {
				t.Errorf("where %.60v: documents %q, want %q", fmt.Sprint(where), got, want)
			}
		}
	}
	if err := drain(s.Views().Query(t.Context(), "v", driver.Query{Where: map[string]any{"a": 1}})); err == nil {
		t.Error("an int was selected by; bodies have float64")
	}
}

// A write that changes nothing keeps Firestore's version; Put must not.
func TestPutWithAUsedVersionIsAConflict(t *testing.T) {
	t.Parallel()
	views := newStore(t).Views()
	doc := driver.Document{View: "v", Key: "k", Body: []byte(`{"x":1}`)}
	if err := views.Put(t.Context(), doc, ""); err != nil {
		t.Fatal(err)
	}
	stored, err := views.Get(t.Context(), "v", "k")
	if err != nil {
		t.Fatal(err)
	}
	if err := views.Put(t.Context(), stored, ""); err != nil {
		t.Fatal(err)
	}
	if err := views.Put(t.Context(), stored, ""); !errors.Is(err, driver.ErrConflict) {
		t.Errorf("error is %v", err)
	}
}

func TestDocumentsOfTheGreatestSize(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	deep := map[string]any{"text": strings.Repeat("x", driver.MaxBytes-11)}
	put(t, s, "deep", deep)
	doc, err := s.Views().Get(t.Context(), "v", "deep")
	if err != nil || len(doc.Body) != driver.MaxBytes {
		t.Errorf("%d bytes came back, %v", len(doc.Body), err)
	}
	for name, fields := range map[string]int{"many": 10_001, "wide": 9_000} {
		wide := map[string]string{}
		for i := range fields {
			wide[fmt.Sprintf("field%d", i)] = strings.Repeat("x", 80)
		}
		body, err := json.Marshal(wide)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Views().Put(t.Context(), driver.Document{View: "v", Key: name, Body: bytes.Clone(body)}, "")
		if len(body) > driver.MaxBytes || !errors.Is(err, driver.ErrTooLarge) {
			t.Errorf("%s: error is %v for %d bytes", name, err, len(body))
		}
		if _, err := s.Views().Get(t.Context(), "v", name); !errors.Is(err, driver.ErrNotFound) {
			t.Errorf("%s: something was written: %v", name, err)
		}
	}
}

func TestNamesDoNotRunTogether(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for i, stream := range []string{"a/b", "a~b", "a%2Fb", "a.b", "_a", "__a__", "..", "a//b"} {
		c := next(recordID(i), driver.Head{Stream: stream})
		c.Head.State = []byte(stream)
		if err := s.Log().Commit(t.Context(), c); err != nil {
			t.Fatalf("%s: %v", stream, err)
		}
	}
	head, err := s.Log().Head(t.Context(), "a~b")
	if err != nil || string(head.State) != "a~b" {
		t.Errorf("the head of a~b is %+v, %v", head, err)
	}
	// The marks of a view are not the documents of another.
	if err := s.Views().Put(t.Context(), driver.Document{View: "v", Key: "k", Body: []byte(`{}`)}, "m"); err != nil {
		t.Fatal(err)
	}
	for _, view := range []string{"v-marks", "marks-v", "marks"} {
		if err := drainEmpty(t, s, view); err != nil {
			t.Error(err)
		}
	}
}

func drainEmpty(t *testing.T, s *gcp.Store, view string) error {
	t.Helper()
	for doc, err := range s.Views().Query(t.Context(), view, driver.Query{}) {
		return fmt.Errorf("view %s has %+v, %w", view, doc, err)
	}
	return nil
}

func TestCommitLargerThanARequest(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	c := next(recordID(1), driver.Head{Stream: "order/1"})
	for i := range 11 {
		c.Items = append(c.Items, driver.Item{Kind: driver.Outbox, ID: fmt.Sprint(i), Body: make([]byte, driver.MaxBytes)})
	}
	if err := s.Log().Commit(t.Context(), c); !errors.Is(err, driver.ErrTooLarge) {
		t.Errorf("error is %v", err)
	}
	c.Items = c.Items[:3] // the emulator takes 4 MiB only
	if err := s.Log().Commit(t.Context(), c); err != nil {
		t.Error(err)
	}
}
