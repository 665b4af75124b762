package aws_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/internal/require"
)

// The emulators of this test binary, or why there are none. TestMain sets them.
var (
	amazon    *emulators.Emulators
	errAmazon error
)

func TestMain(m *testing.M) {
	flag.Parse()
	// These tests wait for pauses and for another process, not for a core.
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		if err := p.Value.Set("16"); err != nil {
			panic(err)
		}
	}
	if fuzz := flag.Lookup("test.fuzz"); fuzz.Value.String() != "" {
		errAmazon = emulators.ErrMissing // fuzz targets need none, and each of their workers comes here
	} else {
		amazon, errAmazon = emulators.Start(context.Background(), emulators.Options{})
	}
	code := m.Run()
	if errAmazon == nil {
		if err := amazon.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// needEmulators returns the emulators. Without them the test is skipped, or
// fails if ONEVENT_REQUIRE lists aws.
func needEmulators(t testing.TB) *emulators.Emulators {
	t.Helper()
	require.Installed(t, "aws", errAmazon, emulators.ErrMissing)
	return amazon
}

func configOf(t testing.TB) sdk.Config {
	t.Helper()
	c, err := needEmulators(t).Config(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newPrefix returns a prefix of the test's own, so that tests share the
// emulators and nothing else.
func newPrefix() string { return fmt.Sprintf("t%x", rand.Uint64()) }

// newStore opens an empty store.
func newStore(t testing.TB) *aws.Store {
	t.Helper()
	s, err := aws.OpenStore(aws.StoreOptions{Config: configOf(t), Prefix: newPrefix()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Declare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
