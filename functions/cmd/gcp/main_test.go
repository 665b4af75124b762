package main

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/access"
)

func TestTheEdgeDoesNotStartOpen(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"", edgeTarget} {
		err := run(t.Context(), func(name string) string { return map[string]string{"FUNCTION_TARGET": target}[name] })
		if err == nil || !strings.Contains(err.Error(), access.EnvIssuer) || !strings.Contains(err.Error(), access.EnvAccess+"=proxy") {
			t.Errorf("target %q: %v", target, err)
		}
	}
}
