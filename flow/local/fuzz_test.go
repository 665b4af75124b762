package local_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/fuzzing"
	"github.com/onevent/onevent/flow/local"
)

// FuzzDatabase writes bytes into the file of a closed store, cuts it, or adds to it.
// Opening it is an error, or it opens, and everything in it can be asked for and
// written: what comes back is an error or a value, and nobody panics or hangs.
func FuzzDatabase(f *testing.F) {
	whole := databaseOf(f)
	fuzzing.Seed(f, 60,
		[]any{uint64(0), []byte("SQLite format 3\x00"), uint64(0)},
		[]any{uint64(18), []byte{2, 2}, uint64(0)},    // version of the file's format
		[]any{uint64(60), []byte{0, 0}, uint64(0)},    // schema version, application
		[]any{uint64(100), []byte{13}, uint64(0)},     // first page of the schema
		[]any{uint64(4096), []byte{10, 0}, uint64(0)}, // a table's page
		[]any{uint64(len(whole) / 2), []byte{0xff, 0xff, 0xff, 0xff}, uint64(0)},
		[]any{uint64(0), []byte{}, uint64(1)},
		[]any{uint64(len(whole) - 5000), make([]byte, 5000), uint64(4096)})
	f.Fuzz(func(t *testing.T, at uint64, data []byte, cut uint64) {
		if len(data) > 8192 {
			return
		}
		damaged := append([]byte(nil), whole...)
		copy(damaged[at%uint64(len(damaged)):], data)
		damaged = damaged[:uint64(len(damaged))-cut%uint64(len(damaged))]
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, databaseName), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if store, err := local.OpenReadOnly(t.Context(), dir, nil); err == nil {
			readAll(t, store)
			_ = store.Close()
		}
		store, err := local.Open(t.Context(), dir, nil)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		readAll(t, store)
		_ = appendOne(t.Context(), store.Log(), 1<<40)
		readAll(t, store)
		_ = store.Close()
	})
}

// databaseOf returns the file of a store with a little of everything.
func databaseOf(f *testing.F) []byte {
	f.Helper()
	dir := f.TempDir()
	store, err := local.Open(f.Context(), dir, nil)
	if err != nil {
		f.Fatal(err)
	}
	for i := range int64(20) {
		if err := appendOne(f.Context(), store.Log(), i); err != nil {
			f.Fatal(err)
		}
	}
	item := driver.Item{Kind: driver.Retries, ID: "a", Due: 1, Body: []byte("{}")}
	document := driver.Document{View: "lights", Key: "a", Body: []byte(`{"on":true}`), Memory: []byte("{}")}
	broker := store.Broker(nil)
	for _, err := range []error{
		store.Agenda().Put(f.Context(), item),
		store.Views().Put(f.Context(), document, "mark"),
		broker.Declare(f.Context(), driver.Subscription{Name: "count-light", Topics: []string{"light.switched_on"}}),
		broker.Publish(f.Context(), driver.Message{ID: "1", Topic: "light.switched_on", Attributes: map[string]string{"a": "b"}, Data: []byte("{}")}),
		broker.Close(), store.Close(),
	} {
		if err != nil {
			f.Fatal(err)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, databaseName))
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// readAll asks a store for everything. Each read ends by itself.
func readAll(t *testing.T, store *local.Store) {
	t.Helper()
	ctx := t.Context()
	for r, err := range store.Log().Scan(ctx, 0, driver.Forever) {
		if err != nil {
			break
		}
		_, _ = store.Log().Record(ctx, r.ID)
		_, _ = store.Log().Head(ctx, r.Stream)
		for _, err := range store.Log().Flow(ctx, r.Correlation) {
			if err != nil {
				break
			}
		}
	}
	for _, kind := range driver.Kinds() {
		for _, err := range store.Agenda().Due(ctx, kind, driver.Forever, 0) {
			if err != nil {
				break
			}
		}
	}
	for _, err := range store.Views().Query(ctx, "lights", driver.Query{Where: map[string]any{"on": true}}) {
		if err != nil {
			break
		}
	}
	_, _ = store.Views().Get(ctx, "lights", "a")
	_, _ = store.Views().Marked(ctx, "lights", "mark")
}
