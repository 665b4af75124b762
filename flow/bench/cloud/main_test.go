package cloud_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/internal/require"
)

const project = "onevent-bench"

// The emulators of this test binary, or why there are none. TestMain sets them.
var (
	google    *emulators.Emulators
	errGoogle error
)

func TestMain(m *testing.M) {
	flag.Parse()
	google, errGoogle = emulators.Start(context.Background(), emulators.Options{})
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
func needEmulators(tb testing.TB) *emulators.Emulators {
	tb.Helper()
	require.Installed(tb, "gcp", errGoogle, emulators.ErrMissing)
	return google
}
