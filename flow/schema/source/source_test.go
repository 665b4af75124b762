package source_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/function"
	"github.com/onevent/onevent/flow/schema"
	"github.com/onevent/onevent/flow/schema/source"
)

// onlyInTests is declared in a file of tests, which are not read.
type onlyInTests struct {
	Failed *function.Failed
	Page   map[string][]flow.Failure
}

func TestCommentsAreThoseOfTheSource(t *testing.T) {
	t.Parallel()
	comments, err := source.Comments(t.Context(), ".", []reflect.Type{reflect.TypeFor[onlyInTests](), reflect.TypeFor[schema.Break]()})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		of          reflect.Type
		field, want string
	}{
		{reflect.TypeFor[function.Failed](), "", "Failed says that a function failed at so many events in a row that it was paused"},
		{reflect.TypeFor[function.Failed](), "Error", "Error is what the last attempt ended with."},
		{reflect.TypeFor[function.Failed](), "Function", ""},
		{reflect.TypeFor[flow.Failure](), "ID", "ID identifies the failure: the function and the event."},
		{reflect.TypeFor[flow.Recorded](), "Stream", `Stream is "namespace/key".`}, // found within a Failure
		{reflect.TypeFor[schema.Break](), "Rule", "Rule is which: Backward or Forward."},
		{reflect.TypeFor[onlyInTests](), "", ""},
		{reflect.TypeFor[string](), "", ""},
	} {
		got := comments(c.of, c.field)
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") || strings.ContainsAny(strings.ReplaceAll(got, "\n\n", ""), "\n\t") {
			t.Errorf("%v %s: %q, want %q", c.of, c.field, got, c.want)
		}
	}
}

func TestWithoutSourceThereIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := source.Comments(t.Context(), t.TempDir(), []reflect.Type{reflect.TypeFor[flow.Failure]()}); err == nil {
		t.Fatal("comments without source")
	}
	comments, err := source.Comments(t.Context(), t.TempDir(), []reflect.Type{reflect.TypeFor[struct{ A string }]()})
	if err != nil || comments(reflect.TypeFor[string](), "") != "" {
		t.Fatalf("a type of no package needs no source: %v", err)
	}
}
