package functions_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/onevent/onevent/flow/aws"
	amazon "github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/gcp"
	google "github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/gcp/indexing"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/internal/require"
)

// The stories that are told in memory are told on every other platform, word for
// word, with its own store and its own broker, and leave the same there. On AWS only
// where ONEVENT_REQUIRE lists it.
func TestStoriesAreTheSameOnEveryPlatform(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) func(t *testing.T) *driver.Platform{
		"memory": func(*testing.T) func(*testing.T) *driver.Platform { return onMemory },
		"local":  func(*testing.T) func(*testing.T) *driver.Platform { return onLocal },
		"gcp":    onGoogle,
		"aws":    onAmazon,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "aws" && !require.Listed(name) {
				t.Skip("moto is slow: stories are told on it where ONEVENT_REQUIRE lists aws")
			}
			flowtest.Stories(t, "testdata/*.txt", application, flowtest.Options{Stores: open(t)})
		})
	}
}

// onMemory opens memory, with a broker.
func onMemory(t *testing.T) *driver.Platform {
	t.Helper()
	broker := memory.NewBroker(memory.Options{})
	closeLater(t, broker.Close)
	p := memory.New().Platform(broker)
	return &p
}

// onLocal opens SQLite.
func onLocal(t *testing.T) *driver.Platform {
	t.Helper()
	store, err := local.Open(t.Context(), t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	closeLater(t, store.Close) // and its broker
	p := local.Platform(store, store.Broker(nil))
	return &p
}

// onGoogle starts Google's emulators, for platforms in projects of their own. All
// that the stories ask of Firestore must have its index.
func onGoogle(t *testing.T) func(*testing.T) *driver.Platform {
	t.Helper()
	emulators := startGoogle(t)
	recorder := &indexing.Recorder{}
	t.Cleanup(func() { // when all stories were told
		told := declared(terraform(t))
		for _, q := range recorded(t, recorder) {
			if _, err := told.Serve(q); err != nil {
				t.Error(err)
			}
		}
	})
	return func(t *testing.T) *driver.Platform {
		t.Helper()
		p := onFirestore(t, emulators, recorder)
		broker, err := gcp.NewBroker(t.Context(), gcp.BrokerOptions{Project: ownPrefix(), Emulator: emulators.PubSub})
		if err != nil {
			t.Fatal(err)
		}
		closeLater(t, broker.Close)
		p.Publisher = broker
		return p
	}
}

// startGoogle starts Google's emulators.
func startGoogle(t *testing.T) *google.Emulators {
	t.Helper()
	emulators, err := google.Start(context.Background(), google.Options{})
	require.Installed(t, "gcp", err, google.ErrMissing)
	closeLater(t, emulators.Stop)
	return emulators
}

// storiesOnMoto is how many stories are told on moto at once: each of their queues is
// polled, and moto has one core.
const storiesOnMoto = 2

// onAmazon starts moto, for platforms with prefixes of their own.
func onAmazon(t *testing.T) func(*testing.T) *driver.Platform {
	t.Helper()
	running, err := amazon.Start(context.Background(), amazon.Options{})
	require.Installed(t, "aws", err, amazon.ErrMissing)
	closeLater(t, running.Stop)
	telling := make(chan struct{}, storiesOnMoto)
	return func(t *testing.T) *driver.Platform {
		t.Helper()
		telling <- struct{}{}
		t.Cleanup(func() { <-telling })
		config, err := running.Config(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		prefix := ownPrefix()
		store, storeErr := aws.OpenStore(aws.StoreOptions{Config: config, Prefix: prefix})
		broker, brokerErr := aws.NewBroker(aws.BrokerOptions{Config: config, Prefix: prefix, Store: store})
		if err := errors.Join(storeErr, brokerErr); err != nil {
			t.Fatal(err)
		}
		closeLater(t, broker.Close)
		if err := store.Declare(t.Context()); err != nil {
			t.Fatal(err)
		}
		p := aws.Platform(store, broker)
		return &p
	}
}

// ownPrefix returns a prefix of the story's own: stories share the emulators, and
// nothing else.
func ownPrefix() string { return fmt.Sprintf("t%016x", rand.Uint64()) }

func closeLater(t *testing.T, closing func() error) {
	t.Helper()
	t.Cleanup(func() {
		if err := closing(); err != nil {
			t.Error(err)
		}
	})
}
