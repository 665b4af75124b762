package gcp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/drivertest"
	"github.com/onevent/onevent/flow/gcp/indexing"
)

// All clauses share one store, as all functions share one database. What they ask
// has its indexes among those that are declared.
func TestStores(t *testing.T) {
	t.Parallel()
	recorder := &indexing.Recorder{}
	s, prefix := newRecordedStore(t, recorder)
	t.Cleanup(func() { checkServed(t, recorder, prefix) })
	drivertest.Run(t, func(*testing.T) drivertest.Stores {
		// The emulator takes requests of up to 4 MiB, the service of up to 10.
		return drivertest.Stores{Log: s.Log(), Views: s.Views(), Agenda: s.Agenda(), Watcher: s, MaxRecord: 4_000_000}
	})
}

// The emulator keeps its messages when a broker closes. It counts deliveries
// exactly, which the service does as well as it can, and does not pause after the
// first one, which the service does.
func TestBrokerOnTheEmulator(t *testing.T) {
	t.Parallel()
	address := needEmulators(t).PubSub
	drivertest.Broker(t, func(t *testing.T) func() driver.Broker {
		t.Helper()
		prefix := newPrefix()
		return func() driver.Broker { return openBroker(t, address, prefix) }
	}, drivertest.Caps{
		Durable: true, CountsAttempts: true,
		Patience: time.Minute, Backoff: 10 * time.Millisecond, MaxAttempts: 5,
	})
}

// Google's fake needs no Java. It does not pause, and does not say whose a dead
// letter is.
func TestBrokerOnPstest(t *testing.T) {
	t.Parallel()
	drivertest.Broker(t, func(t *testing.T) func() driver.Broker {
		t.Helper()
		if strings.Contains(t.Name(), "/dead_letters/") {
			t.Skip("pstest notes no source on dead letters; the emulator does")
		}
		address := newFake(t)
		return func() driver.Broker { return openBroker(t, address, "") }
	}, drivertest.Caps{Durable: true, Patience: time.Minute})
}
