package environ_test

import (
	"errors"
	"testing"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/cmd/internal/environ"
)

func TestTheEdgeDoesNotStartOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		open bool
	}{
		"nothing":     {nil, true},
		"development": {map[string]string{"ONEVENT_DEVELOPMENT": "1"}, true},
		"an issuer":   {map[string]string{access.EnvIssuer: "https://accounts.example", access.EnvAudience: "shop"}, false},
		"a proxy":     {map[string]string{access.EnvAccess: "proxy"}, false},
	} {
		a, err := environ.Environment{Getenv: func(name string) string { return c.env[name] }}.Access(functions.Settings{})
		if c.open != errors.Is(err, access.ErrOpen) || c.open != a.Open() {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	env := map[string]string{"ONEVENT_ACCEPT_WITHIN": "2s", "HOOKS_MASTER_SECRET": "a secret"}
	get := environ.Environment{Getenv: func(name string) string { return env[name] }}
	s, err := get.Settings()
	if err != nil || s.AcceptWithin.Seconds() != 2 || s.CompleteWithin != 0 || s.Hooks == nil {
		t.Errorf("%+v, %v", s, err)
	}
	env["ONEVENT_COMPLETE_WITHIN"], env["HOOKS_MASTER_SECRET"] = "soon", ""
	if s, err := get.Settings(); err == nil || s.Hooks != nil {
		t.Errorf("%+v, %v", s, err)
	}
}
