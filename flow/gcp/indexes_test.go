package gcp_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/option"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/indexing"
)

// newRecordedStore opens an empty store whose queries are noted.
func newRecordedStore(t *testing.T, recorder *indexing.Recorder) (s *gcp.Store, prefix string) {
	t.Helper()
	prefix = newPrefix()
	emulator := needEmulators(t).Firestore
	client, err := recorder.Client(emulator)
	if err != nil {
		t.Fatal(err)
	}
	s, err = gcp.OpenStore(t.Context(), gcp.StoreOptions{
		Project: "onevent-test", Prefix: prefix, Emulator: emulator, Client: []option.ClientOption{client},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, prefix
}

// declaredFor returns what a store says that it needs, with the views that were
// asked.
func declaredFor(prefix string, queries []indexing.Query) indexing.Declared {
	var views []string
	for _, q := range queries {
		if view, ok := strings.CutPrefix(q.Collection, prefix+"views-"); ok {
			views = append(views, view)
		}
	}
	slices.Sort(views)
	return indexing.Declared{Indexes: gcp.Indexes(prefix), Unindexed: gcp.Unindexed(prefix, slices.Compact(views)...)}
}

// recorded returns what was asked.
func recorded(t *testing.T, recorder *indexing.Recorder) []indexing.Query {
	t.Helper()
	queries, err := recorder.Queries()
	if err != nil || len(queries) == 0 {
		t.Errorf("%d queries: %v", len(queries), err)
	}
	return queries
}

// checkServed holds what was asked against what the store says that it needs.
func checkServed(t *testing.T, recorder *indexing.Recorder, prefix string) {
	t.Helper()
	queries := recorded(t, recorder)
	declared := declaredFor(prefix, queries)
	for _, q := range queries {
		if _, err := declared.Serve(q); err != nil {
			t.Error(err)
		}
	}
}

// The emulator answers every query. Firestore refuses one without its index: here
// every query that a store makes is held against the indexes that it says it
// needs, and they against the queries. TestStores holds all that the suite asks
// against the same indexes.
func TestIndexesAreThoseOfTheQueries(t *testing.T) {
	t.Parallel()
	recorder := &indexing.Recorder{}
	s, prefix := newRecordedStore(t, recorder)
	askAll(t, s)
	queries := recorded(t, recorder)
	for _, problem := range indexing.Check(queries, declaredFor(prefix, queries)) {
		t.Error(problem)
	}
}

// A query that nobody thought of when the indexes were declared is found, and so is
// an index that is not there.
func TestIndexThatIsMissingIsFound(t *testing.T) {
	t.Parallel()
	recorder := &indexing.Recorder{}
	s, prefix := newRecordedStore(t, recorder)
	askAll(t, s)
	queries := recorded(t, recorder)
	declared := declaredFor(prefix, queries)
	planted := indexing.Query{Collection: prefix + "events", Equal: []string{"correlation"}, Order: []indexing.Order{{Field: "time"}}}
	if problems := indexing.Check(append(queries, planted), declared); len(problems) != 1 {
		t.Errorf("a query without index: problems %v", problems)
	}
	for i := range declared.Indexes {
		less := declared
		less.Indexes = slices.Delete(slices.Clone(declared.Indexes), i, i+1)
		if problems := indexing.Check(queries, less); len(problems) == 0 {
			t.Errorf("without %v nothing is missed", declared.Indexes[i])
		}
	}
	for _, field := range []gcp.Field{{Collection: prefix + "events", Path: "correlation"}, {Collection: prefix + "views-v", Path: "doc.b"}} {
		less := declared
		less.Unindexed = append(slices.Clone(declared.Unindexed), field)
		if problems := indexing.Check(queries, less); len(problems) == 0 {
			t.Errorf("without an index of %v nothing is missed", field)
		}
	}
}

// askAll makes every query there is.
func askAll(t *testing.T, s *gcp.Store) {
	t.Helper()
	ctx := t.Context()
	where := map[string]any{"a": "x", "b": true}
	errs := []error{
		drain(s.Log().Stream(ctx, "order/1", 1, 9)), drain(s.Log().Flow(ctx, "c")), drain(s.Log().Scan(ctx, 0, driver.Forever)),
		drain(s.Views().Query(ctx, "v", driver.Query{})), drain(s.Views().Query(ctx, "v", driver.Query{Where: where, After: "k"})),
		s.Views().Drop(ctx, "v"),
	}
	for _, kind := range driver.Kinds() {
		errs = append(errs, drain(s.Agenda().Due(ctx, kind, driver.Forever, 0)))
	}
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}
