package require_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/onevent/onevent/internal/require"
)

var errMissing = errors.New("missing")

// An ended test is how one ended, instead of ending.
type ended struct {
	testing.TB
	how string
}

func (e *ended) Helper()      {}
func (e *ended) Skip(...any)  { e.how = "skipped" }
func (e *ended) Fatal(...any) { e.how = "failed" }

func TestInstalled(t *testing.T) { //nolint:paralleltest // it sets the environment
	wrapped := fmt.Errorf("moto: %w", errMissing)
	for _, c := range []struct {
		listed string
		err    error
		want   string
	}{
		{"", nil, ""},
		{"", wrapped, "skipped"},
		{"gcp,awsome", wrapped, "skipped"},
		{"gcp,aws", wrapped, "failed"},
		{"aws", nil, ""},
		{"", errors.New("it does not start"), "failed"},
	} {
		t.Setenv("ONEVENT_REQUIRE", c.listed)
		e := &ended{}
		if require.Installed(e, "aws", c.err, errMissing); e.how != c.want {
			t.Errorf("%q, %v: %q, want %q", c.listed, c.err, e.how, c.want)
		}
	}
}
