package version_test

import (
	"regexp"
	"testing"

	"github.com/onevent/onevent/flow/version"
)

func TestCurrent(t *testing.T) {
	t.Setenv(version.Variable, "")
	t.Setenv("K_REVISION", "")
	t.Setenv("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
	if v := version.Current(); !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(v) || v != version.Current() {
		t.Errorf("a program that nobody named is %q", v)
	}
	for i, name := range []string{"AWS_LAMBDA_FUNCTION_VERSION", "K_REVISION", version.Variable} {
		want := string(rune('a' + i))
		t.Setenv(name, want)
		if v := version.Current(); v != want {
			t.Errorf("with %s: %q, want %q", name, v, want)
		}
	}
}
