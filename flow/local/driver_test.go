package local_test

import (
	"errors"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/drivertest"
	"github.com/onevent/onevent/flow/local"
)

// open opens a folder, which is closed when the test ends.
func open(t testing.TB, dir string) *local.Store {
	t.Helper()
	s, err := local.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func storesOf(s *local.Store) drivertest.Stores {
	return drivertest.Stores{Log: s.Log(), Views: s.Views(), Agenda: s.Agenda(), Watcher: s}
}

func TestStores(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, func(t *testing.T) drivertest.Stores { return storesOf(open(t, t.TempDir())) })
}

func TestSharedStores(t *testing.T) {
	t.Parallel()
	stores := storesOf(open(t, t.TempDir()))
	drivertest.Run(t, func(*testing.T) drivertest.Stores { return stores })
}

// A store that remembers hardly a head reads them all from the disk.
func TestLogWithoutCache(t *testing.T) {
	t.Parallel()
	drivertest.Log(t, func(t *testing.T) drivertest.Stores {
		t.Helper()
		store, err := local.Open(t.Context(), t.TempDir(), &local.Options{HeadCache: 1, Readers: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		return storesOf(store)
	})
}

// caps are what the broker can do.
func caps() drivertest.Caps {
	return drivertest.Caps{Durable: true, CountsAttempts: true, HonoursBackoff: true, HonoursAfter: true}
}

// A folderBroker is a broker whose Close closes the folder with it.
type folderBroker struct {
	*local.Broker
	store *local.Store
}

// Close implements driver.Broker.
func (b folderBroker) Close() error { return errors.Join(b.Broker.Close(), b.store.Close()) }

func TestBroker(t *testing.T) {
	t.Parallel()
	drivertest.Broker(t, func(t *testing.T) func() driver.Broker {
		t.Helper()
		dir := t.TempDir()
		return func() driver.Broker {
			store, err := local.Open(t.Context(), dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			return folderBroker{store.Broker(nil), store}
		}
	}, caps())
}

// Between two brokers of one store, messages stay in memory.
func TestBrokersOfOneStore(t *testing.T) {
	t.Parallel()
	store := open(t, t.TempDir())
	drivertest.Broker(t, func(*testing.T) func() driver.Broker {
		return func() driver.Broker { return store.Broker(nil) }
	}, caps())
}
