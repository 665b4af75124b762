// Package functions says what we do about events: every binding of the
// application, each service's in its own package.
package functions

import (
	"cmp"
	"slices"
	"time"

	"github.com/onevent/onevent/events"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions/accounting"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/consumers"
	"github.com/onevent/onevent/functions/delivering"
	"github.com/onevent/onevent/functions/kitchen"
	"github.com/onevent/onevent/functions/operating"
	"github.com/onevent/onevent/functions/ordering"
	"github.com/onevent/onevent/functions/views"
)

const (
	// DefaultAcceptWithin is the default of Settings.AcceptWithin.
	DefaultAcceptWithin = 10 * time.Minute
	// DefaultCompleteWithin is the default of Settings.CompleteWithin.
	DefaultCompleteWithin = 2 * time.Hour
)

// Settings are what differs between installations. The zero value is good for
// everything that calls no effect.
type Settings struct {
	// AcceptWithin is how long a restaurant has to accept a ticket; 0 means
	// DefaultAcceptWithin.
	AcceptWithin time.Duration
	// CompleteWithin is how long an order may take before it is cancelled; 0
	// means DefaultCompleteWithin.
	CompleteWithin time.Duration
	// Restaurant is how restaurants are told of tickets. Without it that fails,
	// and is tried again.
	Restaurant kitchen.Restaurant
	// Payments is who charges cards. Without it that fails, and is tried again.
	Payments billing.Payments
	// PaymentsSecrets and TillSecrets are what the payment provider and the
	// restaurants' tills sign with what they tell: two while one is replaced.
	// Without any, all of it is refused.
	PaymentsSecrets, TillSecrets []webhook.Secret
	// Hooks posts events to the outside. Without it nobody can ask for that. Its
	// Connect is for whoever makes the system.
	Hooks *out.Service
	// Version names this build; see flow.App.
	Version string
	// Watch says how the system looks after itself.
	Watch flow.Watch
}

// All returns every function of the application.
func All(s Settings) []flow.Function {
	return slices.Concat(
		consumers.Functions(),
		ordering.Functions(cmp.Or(s.CompleteWithin, DefaultCompleteWithin)),
		accounting.Functions(),
		kitchen.Functions(cmp.Or(s.AcceptWithin, DefaultAcceptWithin), s.Restaurant, s.TillSecrets...),
		delivering.Functions(),
		billing.Functions(s.Payments, s.PaymentsSecrets...),
		operating.Functions(),
		views.Functions(),
	)
}

// App returns the application: all events and all functions.
func App(s Settings) flow.App {
	app := flow.App{Events: events.Catalogue(), Functions: All(s), Version: s.Version, Watch: s.Watch}
	if s.Hooks != nil {
		app.Events = flow.Join(app.Events, out.Catalogue())
		app.Functions = append(app.Functions, s.Hooks.Functions(events.Offered())...)
	}
	return app
}
