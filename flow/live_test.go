package flow_test

import (
	"context"
	"errors"
	"testing"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/internal/testapp"
	"github.com/onevent/onevent/flow/memory"
)

// brokenWatcher can't watch.
type brokenWatcher struct{}

var errBlind = errors.New("blind")

func (brokenWatcher) Watch(context.Context, driver.Watch, func()) error { return errBlind }

func TestFollowTells(t *testing.T) {
	t.Parallel()
	store := memory.New()
	p := store.Platform(nopPublisher{})
	doc := driver.Document{View: "lights", Key: "a", Body: []byte(`{}`)}
	for name, watcher := range map[string]driver.Watcher{"a platform that tells": store, "one that is asked": nil} {
		p.Watcher = watcher
		system, err := flow.New(testapp.App(nil), p)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		told, ended := make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- system.Follow(ctx, driver.Watch{View: doc.View, Key: doc.Key}, func() {
				select {
				case told <- struct{}{}:
				case <-ctx.Done():
				}
			})
		}()
		<-told
		if err := store.Views().Put(t.Context(), doc, ""); err != nil {
			t.Fatal(err)
		}
		<-told
		stop()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if doc, err = store.Views().Get(t.Context(), doc.View, doc.Key); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFollowSaysThatItCanNotGoOn(t *testing.T) {
	t.Parallel()
	p := memory.New().Platform(nopPublisher{})
	p.Watcher = brokenWatcher{}
	system, err := flow.New(testapp.App(nil), p)
	if err != nil {
		t.Fatal(err)
	}
	if err := system.Follow(t.Context(), driver.Watch{Flow: "f"}, func() {}); !errors.Is(err, errBlind) {
		t.Errorf("error %v", err)
	}
}

type nopPublisher struct{}

func (nopPublisher) Publish(context.Context, ...driver.Message) error { return nil }
