package flowtest_test

import (
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/local"
)

// Stories that are told in memory can be told on any platform: with its store, its
// broker and the same virtual time. In the end it must hold what memory holds.
func ExampleStories() {
	_ = func(t *testing.T) { // func TestStoriesOnSQLite(t *testing.T)
		flowtest.Stories(t, "testdata/*.txt", func(*testing.T) (flow.App, map[string]flowtest.Command) {
			return testapp.App(nil), nil
		}, flowtest.Options{Stores: func(t *testing.T) *driver.Platform {
			store, err := local.Open(t.Context(), t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() }) // and its broker
			p := local.Platform(store, store.Broker(nil))
			return &p
		}})
	}
}
