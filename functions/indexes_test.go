package functions_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/api/option"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/gcp"
	google "github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/gcp/indexing"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/functions/deploy"
)

// terraform returns what Terraform is told of Firestore.
func terraform(t *testing.T) infra.Firestore {
	t.Helper()
	data, err := os.ReadFile("../infra/functions.json")
	if err != nil {
		t.Fatal(err)
	}
	var d infra.Description
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	return d.Firestore
}

// declared returns the same as package indexing has it.
func declared(f infra.Firestore) (d indexing.Declared) {
	for _, i := range f.Indexes {
		d.Indexes = append(d.Indexes, gcp.Index(i))
	}
	for _, u := range f.Unindexed {
		d.Unindexed = append(d.Unindexed, gcp.Field(u))
	}
	return d
}

// recorded returns the queries that were noted.
func recorded(t *testing.T, recorder *indexing.Recorder) []indexing.Query {
	t.Helper()
	queries, err := recorder.Queries()
	if err != nil || len(queries) == 0 {
		t.Errorf("%d queries: %v", len(queries), err)
	}
	t.Logf("%d different queries", len(queries))
	return queries
}

// TestQueriesHaveTheirIndexes asks for all that may be asked: each view by each of
// its fields, and by all at once, streams, flows and the log, what is parked and
// what falls due. Each query must have an index that Terraform makes, and each index
// a query. The queries of the stories are held against the same indexes, where they
// are told.
func TestQueriesHaveTheirIndexes(t *testing.T) {
	t.Parallel()
	emulators := startGoogle(t)
	recorder := &indexing.Recorder{}
	platform := onFirestore(t, emulators, recorder)
	app := deploy.App()
	w := flowtest.NewWorld(t, app, platform)
	w.Wait(0)
	if _, err := w.System().Audit(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Nobody lists the notes but who compares what two stores hold, as stories do.
	for _, err := range platform.Agenda.Due(t.Context(), driver.Notes, driver.Forever, 0) {
		if err != nil {
			t.Fatal(err)
		}
	}
	handler := edge.New(w.System(), edge.Options{})
	for _, path := range []string{"/log", "/streams/order/o1", "/flows/f1", "/parked", "/retrying", "/paused"} {
		ask(t, handler, path)
	}
	for _, f := range app.Functions {
		if document, err := f.Fold(""); err == nil {
			askView(t, handler, "/views/"+f.Name(), reflect.TypeOf(document))
		}
	}
	queries, told := recorded(t, recorder), terraform(t)
	for _, problem := range indexing.Check(queries, declared(told)) {
		t.Error(problem)
	}
	checkSelected(t, queries, told.Selected)
}

// askView asks for the documents of a view by each field that the edge takes.
func askView(t *testing.T, handler http.Handler, path string, document reflect.Type) {
	t.Helper()
	ask(t, handler, path)
	all := path + "?after=k"
	for _, field := range reflect.VisibleFields(document) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		for _, value := range []string{"x", "1", "true"} {
			condition := edge.WherePrefix + name + "=" + value
			if ask(t, handler, path+"?"+condition) == http.StatusOK {
				all += "&" + condition
				break
			}
		}
	}
	if status := ask(t, handler, all); status != http.StatusOK {
		t.Errorf("%s: status %d", all, status)
	}
}

// ask returns the status of an answer.
func ask(t *testing.T, handler http.Handler, path string) int {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	if w.Code >= http.StatusInternalServerError {
		t.Errorf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Code
}

// checkSelected holds the fields that are selected by against those of which
// Terraform is told: on the Enterprise edition no other has an index.
func checkSelected(t *testing.T, queries []indexing.Query, told []infra.Field) {
	t.Helper()
	selected := map[infra.Field]bool{}
	for _, q := range queries {
		for _, field := range q.Equal {
			if len(q.Order) == 0 {
				selected[infra.Field{Collection: q.Collection, Path: field}] = true
			}
		}
	}
	for f := range selected {
		if !slices.Contains(told, f) {
			t.Errorf("%s is selected by %s, and Terraform is not told", f.Collection, f.Path)
		}
	}
	for _, f := range told {
		if !selected[f] {
			t.Errorf("nobody selects %s by %s", f.Collection, f.Path)
		}
	}
}

// onFirestore opens an empty store in the emulator, whose queries are noted.
func onFirestore(t *testing.T, emulators *google.Emulators, recorder *indexing.Recorder) *driver.Platform {
	t.Helper()
	client, err := recorder.Client(emulators.Firestore)
	if err != nil {
		t.Fatal(err)
	}
	store, err := gcp.OpenStore(t.Context(), gcp.StoreOptions{
		Project: ownPrefix(), Emulator: emulators.Firestore, Client: []option.ClientOption{client},
	})
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, store.Close)
	p := gcp.Platform(store, nil)
	return &p
}
