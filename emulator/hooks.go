package main

import (
	"os"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
	"github.com/onevent/onevent/functions/about"
)

// developmentSecret signs webhooks, in and out, where the environment names no
// secret. Everybody knows it: the emulator is for development, and listens on
// loopback only.
const developmentSecret = "whsec_b25ldmVudCBkZXZlbG9wbWVudCBzZWNyZXQgISEhISE=" //nolint:gosec // it is no secret

// The environment variables of what the provider and the tills sign with.
const (
	paymentsSecret = "PAYMENTS_WEBHOOK_SECRET"
	tillSecret     = "TILL_WEBHOOK_SECRET" //nolint:gosec // a name
)

// secrets returns the secret in an environment variable, and the one before it.
func secrets(name string) []webhook.Secret {
	if os.Getenv(name) == "" {
		return []webhook.Secret{webhook.Text(developmentSecret)}
	}
	return []webhook.Secret{webhook.Env(name), webhook.Env(name + "_OLD")}
}

// newHooks returns who posts events to whoever asked for them, on this machine too.
func newHooks(url string) *out.Service {
	return out.New(out.Options{
		Masters: secrets("HOOKS_MASTER_SECRET"), Source: url, Public: public.Options{Development: true},
	})
}

// mountsOf returns the paths of the edge that are not its own: the documents of the
// application, and the secrets of hooks.
func mountsOf(app flow.App, hooks *out.Service) []edge.Mount {
	pages := docs.Handler(app, about.Docs())
	return []edge.Mount{
		{Pattern: docs.Path, Handler: pages},
		{Pattern: docs.Path + "/", Handler: pages},
		{Pattern: out.Path, Handler: hooks.Handler()},
	}
}
