// Package environ reads the environment of the programs of a deployed function,
// which is the same on every cloud:
//
//	RESTAURANT_URL  where tickets are posted
//	PAYMENTS_URL    where cards are charged
//	PUBLIC_URL      the address of this system, for the events that outgoing webhooks carry
//
// Secrets, each with a second variable that ends in _OLD while it is replaced (on AWS
// the variable ends in _ARN, and names a secret of Secrets Manager):
//
//	PAYMENTS_WEBHOOK_SECRET  signs what the payment provider tells
//	TILL_WEBHOOK_SECRET      signs what the restaurants' tills tell
//	HOOKS_MASTER_SECRET      is what the secrets of outgoing webhooks are derived from,
//	                         at least 32 bytes; without it there are none
//
// The edge does not start open to all. It needs one of:
//
//	ONEVENT_OIDC_ISSUER, ONEVENT_OIDC_AUDIENCE  whose tokens it takes, and what they are for
//	ONEVENT_ACCESS=proxy                        somebody in front of it (Cloud Run's IAM, an authorizer)
//	                                            lets in only who may do everything
//
// For a laptop, where the world outside is in a hurry, there are also:
//
//	ONEVENT_ACCEPT_WITHIN    how long a restaurant may take to accept, as in "2s"
//	ONEVENT_COMPLETE_WITHIN  how long an order may take, as in "1m"
//	ONEVENT_DEVELOPMENT      if set, events are posted to plain HTTP and private addresses too
package environ

import (
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/version"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/kitchen"
)

// An Environment is where a program runs.
type Environment struct {
	// Getenv is os.Getenv, or another one.
	Getenv func(name string) string
	// Secrets returns the secrets with a name: the one of today and, while it is
	// replaced, the one before it; none if it is not set. If it is nil, they are in
	// the variables with that name, and with _OLD behind it.
	Secrets func(name string) []webhook.Secret
}

// Settings returns what the environment says of the application.
func (e Environment) Settings() (functions.Settings, error) {
	get := e.Getenv
	s := functions.Settings{
		Restaurant:      kitchen.HTTPRestaurant{URL: get("RESTAURANT_URL")},
		Payments:        billing.HTTPPayments{URL: get("PAYMENTS_URL")},
		PaymentsSecrets: e.secrets("PAYMENTS_WEBHOOK_SECRET"),
		TillSecrets:     e.secrets("TILL_WEBHOOK_SECRET"),
		Hooks:           e.hooks(),
		Version:         version.Current(),
	}
	for name, d := range map[string]*time.Duration{
		"ONEVENT_ACCEPT_WITHIN": &s.AcceptWithin, "ONEVENT_COMPLETE_WITHIN": &s.CompleteWithin,
	} {
		text := get(name)
		if text == "" {
			continue
		}
		var err error
		if *d, err = time.ParseDuration(text); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// Access returns who may use the edge, or an error if anybody could: a deployed
// function is reached from everywhere.
func (e Environment) Access(s functions.Settings) (access.Access, error) {
	a, err := access.FromEnv(e.Getenv, functions.Policy(s))
	if err != nil {
		return a, err
	}
	return a, a.CheckBind(":0")
}

func (e Environment) secrets(name string) []webhook.Secret {
	if e.Secrets != nil {
		return e.Secrets(name)
	}
	if e.Getenv(name) == "" {
		return nil
	}
	return []webhook.Secret{webhook.Env(name), webhook.Env(name + "_OLD")}
}

// hooks returns who posts events to the outside; nil if nobody is to.
func (e Environment) hooks() *out.Service {
	masters := e.secrets("HOOKS_MASTER_SECRET")
	if len(masters) == 0 {
		return nil
	}
	return out.New(out.Options{
		Masters: masters, Source: e.Getenv("PUBLIC_URL"),
		Public: public.Options{Development: e.Getenv("ONEVENT_DEVELOPMENT") != ""},
	})
}
