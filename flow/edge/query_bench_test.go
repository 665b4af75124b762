package edge_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/memory"
)

// BenchmarkQuery measures reads over logs of two sizes, whose views have a document
// for each ten events. What a read costs is flat if the times of the two are the
// same.
func BenchmarkQuery(b *testing.B) {
	for _, platform := range []struct {
		name string
		open func(*testing.B) driver.Platform
	}{
		{"memory", func(*testing.B) driver.Platform {
			return memory.New().Platform(memory.NewBroker(memory.Options{}))
		}},
		{"local", func(b *testing.B) driver.Platform {
			store, err := local.Open(b.Context(), b.TempDir(), nil)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = store.Close() })
			p := local.Platform(store, nil)
			p.Publisher = memory.NewBroker(memory.Options{}) // nobody takes what it carries
			return p
		}},
	} {
		for _, events := range []int{1_000, 100_000} {
			b.Run(fmt.Sprintf("%s/events=%d", platform.name, events), func(b *testing.B) {
				benchmarkReads(b, platform.open(b), events)
			})
		}
	}
}

const (
	eventsPerLight = 10
	fillers        = 64 // they share a sync
)

func benchmarkReads(b *testing.B, p driver.Platform, events int) {
	system, err := flow.New(testapp.App(nil), p)
	if err != nil {
		b.Fatal(err)
	}
	lights := events / eventsPerLight
	token := fillLights(b, system, p.Views, lights)
	handler := edge.New(system, edge.Options{})
	middle := fmt.Sprintf("l%06d", lights/2)
	for _, read := range []struct{ name, path string }{
		{"document", "/views/lights/" + middle},
		{"page", "/views/lights?limit=20&after=" + middle},
		{"filter", "/views/lights?on=true&limit=20&after=" + middle},
		{"fields", "/views/lights?fields=on&limit=20&after=" + middle},
		{"stream", "/streams/light/" + middle + "?limit=20"},
		{"fresh", "/views/lights/" + middle + "?wait=0&token=" + token},
	} {
		b.Run(read.name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://localhost"+read.path, http.NoBody)
				w := httptest.NewRecorder()
				if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatalf("%s: %d %s", read.path, w.Code, w.Body)
				}
			}
		})
	}
}

// fillLights presses each light, and writes its document. It returns the token of
// the last command.
func fillLights(b *testing.B, system *flow.System, views driver.Views, lights int) (token string) {
	b.Helper()
	var workers sync.WaitGroup
	for first := range fillers {
		workers.Go(func() {
			for i := first; i < lights && !b.Failed(); i += fillers {
				if err := fillLight(b.Context(), system, views, i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	workers.Wait()
	receipt, err := system.Execute(b.Context(), tenPresses("last"))
	if err != nil {
		b.Fatal(err)
	}
	return receipt.ID
}

func fillLight(ctx context.Context, system *flow.System, views driver.Views, i int) error {
	key := fmt.Sprintf("l%06d", i)
	if _, err := system.Execute(ctx, tenPresses(key)); err != nil {
		return err
	}
	body := fmt.Appendf(nil, `{"story":["on","off","on"],"on":%t}`, i%2 == 0)
	return views.Put(ctx, driver.Document{View: "lights", Key: key, Body: body}, "")
}

func tenPresses(light string) flow.Request {
	return flow.Request{Command: "light.press", Body: fmt.Appendf(nil, `{"light":%q,"house":"h","times":%d}`, light, eventsPerLight)}
}
