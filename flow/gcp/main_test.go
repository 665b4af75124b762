package gcp_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/internal/require"
)

// The emulators of this test binary, or why there are none. TestMain sets them.
var (
	google    *emulators.Emulators
	errGoogle error
)

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait for pauses and for other processes, not for a core.
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		if err := p.Value.Set("16"); err != nil {
			panic(err)
		}
	}
	if fuzz := flag.Lookup("test.fuzz"); fuzz.Value.String() != "" {
		errGoogle = emulators.ErrMissing // fuzz targets need none, and each of their workers comes here
	} else {
		google, errGoogle = emulators.Start(context.Background(), emulators.Options{})
	}
	code := m.Run()
	if errGoogle == nil {
		if err := google.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// needEmulators returns the emulators. Without them the test is skipped, or
// fails if ONEVENT_REQUIRE lists gcp.
func needEmulators(t testing.TB) *emulators.Emulators {
	t.Helper()
	require.Installed(t, "gcp", errGoogle, emulators.ErrMissing)
	return google
}

// newPrefix returns a prefix of the test's own, so that tests share the
// emulators and nothing else.
func newPrefix() string { return fmt.Sprintf("t%x-", rand.Uint64()) }

// newStore opens an empty store on the emulator.
func newStore(t testing.TB) *gcp.Store {
	t.Helper()
	return openStore(t, newPrefix())
}

func openStore(t testing.TB, prefix string) *gcp.Store {
	t.Helper()
	s, err := gcp.OpenStore(context.Background(), gcp.StoreOptions{
		Project: "onevent-test", Prefix: prefix, Emulator: needEmulators(t).Firestore,
	})
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
