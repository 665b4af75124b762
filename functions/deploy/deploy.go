// Package deploy says what the application needs where it is deployed, besides what
// its bindings say.
package deploy

import (
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/infra"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
	"github.com/onevent/onevent/functions"
)

// Settings are those with which the application has every function that can be
// deployed. They are for looking at: nothing outside is set.
func Settings() functions.Settings {
	return functions.Settings{Hooks: out.New(out.Options{Public: public.Options{Development: true}})}
}

// App returns the application with Settings.
func App() flow.App { return functions.App(Settings()) }

// Needs returns which functions need which environment variables of the programs
// in functions/cmd.
func Needs() infra.Needs {
	hooks := ofHooks()
	return infra.Needs{
		Secrets: map[string][]string{
			"PAYMENTS_WEBHOOK_SECRET": {"webhook-payments"},
			"TILL_WEBHOOK_SECRET":     {"webhook-till"},
			"HOOKS_MASTER_SECRET":     hooks,
		},
		Settings: map[string][]string{
			"RESTAURANT_URL": {"notify-restaurant"},
			"PAYMENTS_URL":   {"charge-card", "refund-card"},
			"PUBLIC_URL":     hooks,
		},
	}
}

// ofHooks returns the functions that there are only with outgoing webhooks.
func ofHooks() []string {
	without := map[string]bool{}
	for _, f := range functions.All(functions.Settings{}) {
		without[f.Name()] = true
	}
	var names []string
	for _, f := range App().Functions {
		if !without[f.Name()] {
			names = append(names, f.Name())
		}
	}
	return names
}
