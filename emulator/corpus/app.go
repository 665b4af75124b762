package corpus

import (
	"time"

	"github.com/onevent/onevent/events"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
)

// Now returns the time at which the corpus was signed, which the clock of a server
// has to show: noon on 1 January 2030, UTC.
func Now() time.Time { return time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC) }

// The secrets of the application's webhooks, and one that is none of them.
const (
	secret      = "whsec_b25ldmVudC10ZXN0LXNlY3JldC1vZi1ob29rcw=="     //nolint:gosec // for tests
	otherSecret = "whsec_YW5vdGhlci1zZWNyZXQtdGhhdC1ub2JvZHkta25vd3M=" //nolint:gosec // for tests
)

// App returns the application, with a webhook of each scheme, named like it, and with
// hooks that post events to the outside.
func App(hooks *out.Service) flow.App {
	secrets := []webhook.Secret{webhook.Text(secret)}
	app := functions.App(functions.Settings{PaymentsSecrets: secrets, TillSecrets: secrets})
	app.Events = flow.Join(app.Events, out.Catalogue())
	app.Functions = append(app.Functions, hooks.Functions(events.Catalogue())...)
	for name, verifier := range map[string]webhook.Verifier{
		"stripe": webhook.Stripe(secrets...), "github": webhook.GitHub(secrets...), "slack": webhook.Slack(secrets...),
		"hmac": webhook.HMAC(webhook.Plain{Header: "X-Signature", Base64: true, ID: "X-Id"}, secrets...),
	} {
		app.Functions = append(app.Functions, flow.Webhook(name, verifier, receive).Emits(payment.DisputeReported{}))
	}
	return app
}

// receive takes whatever is authentic.
func receive(string, []byte) (payment.DisputeReported, error) {
	return payment.DisputeReported{Payment: "disputed"}, nil
}
