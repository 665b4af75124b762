// Command gcp is the program of every function on Google Cloud: one container
// image for all. FUNCTION_TARGET says which function an instance is: the name of
// one, of a view, "edge", "tick" or "dead-letters". Without it, it is all of
// them, each at the path of its name.
//
//	PORT                  where to listen; default 8080
//	GOOGLE_CLOUD_PROJECT  the project; required
//	FIRESTORE_DATABASE    the database; default "(default)"
//	RESTAURANT_URL        where tickets are posted
//	PAYMENTS_URL          where cards are charged
//
// Secrets, each with a second variable that ends in _OLD while it is replaced:
//
//	PAYMENTS_WEBHOOK_SECRET  signs what the payment provider tells
//	TILL_WEBHOOK_SECRET      signs what the restaurants' tills tell
//	HOOKS_MASTER_SECRET      is what the secrets of outgoing webhooks are derived from,
//	                         at least 32 bytes; without it there are none
//	PUBLIC_URL               the address of this system, for the events they carry
//
// The edge does not start open to all. It needs one of:
//
//	ONEVENT_OIDC_ISSUER, ONEVENT_OIDC_AUDIENCE  whose tokens it takes, and what they are for
//	ONEVENT_ACCESS=proxy                        somebody in front of it (Cloud Run's IAM) lets in only who may do everything
package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/flow/version"
	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/about"
	"github.com/onevent/onevent/functions/billing"
	"github.com/onevent/onevent/functions/kitchen"
)

const edgeTarget = "edge"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "gcp:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, getenv func(string) string) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	port := cmp.Or(getenv("PORT"), "8080")
	target := getenv("FUNCTION_TARGET")
	withEdge := target == "" || target == edgeTarget
	hooks := hooksOf(getenv)
	var entry access.Access
	if withEdge {
		var err error
		if entry, err = accessOf(getenv, hooks, port); err != nil {
			return err
		}
	}
	project := getenv("GOOGLE_CLOUD_PROJECT")
	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{Project: project, Database: getenv("FIRESTORE_DATABASE")})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // the process ends
	broker, err := gcp.NewBroker(ctx, gcp.BrokerOptions{Project: project})
	if err != nil {
		return err
	}
	defer broker.Close() //nolint:errcheck // the process ends
	app := functions.App(functions.Settings{
		Restaurant:      kitchen.HTTPRestaurant{URL: getenv("RESTAURANT_URL")},
		Payments:        billing.HTTPPayments{URL: getenv("PAYMENTS_URL")},
		PaymentsSecrets: secrets("PAYMENTS_WEBHOOK_SECRET"),
		TillSecrets:     secrets("TILL_WEBHOOK_SECRET"),
		Hooks:           hooks,
		Version:         version.Current(),
	})
	system, err := flow.New(app, gcp.Platform(store, broker), intake.Check(app, schemas.Files))
	if err != nil {
		return err
	}
	if hooks != nil {
		hooks.Connect(system)
	}
	h := host.For(system, log)
	if withEdge {
		if _, err := entry.Policy.Check(app); err != nil {
			return err
		}
		h.Handlers[edgeTarget] = edge.New(system, edge.Options{
			Log: log, Access: entry, Mounts: mountsOf(system, hooks), Leaving: ctx.Done(),
		})
	}
	return h.Serve(ctx, port)
}

// accessOf returns who may use the edge, or an error if anybody could: a container
// listens on all addresses.
func accessOf(getenv func(string) string, hooks *out.Service, port string) (access.Access, error) {
	a, err := access.FromEnv(getenv, functions.Policy(functions.Settings{Hooks: hooks}))
	if err != nil {
		return a, err
	}
	return a, a.CheckBind(":" + port)
}

// secrets returns the secret in an environment variable, and the one before it.
func secrets(name string) []webhook.Secret {
	return []webhook.Secret{webhook.Env(name), webhook.Env(name + "_OLD")}
}

// hooksOf returns who posts events to the outside; nil if nobody is to.
func hooksOf(getenv func(string) string) *out.Service {
	const master = "HOOKS_MASTER_SECRET"
	if getenv(master) == "" {
		return nil
	}
	return out.New(out.Options{Masters: secrets(master), Source: getenv("PUBLIC_URL")})
}

// mountsOf returns the paths of the edge that are not its own.
func mountsOf(system *flow.System, hooks *out.Service) []edge.Mount {
	pages, readers := docs.Handler(system.App(), about.Docs()), access.Right{Kind: access.Catalogue}
	mounts := []edge.Mount{
		{Pattern: docs.Path, Right: readers, Handler: pages},
		{Pattern: docs.Path + "/", Right: readers, Handler: pages},
	}
	if hooks != nil {
		mounts = append(mounts, edge.Mount{
			Pattern: out.Path, Right: access.Right{Kind: access.Operation, Name: access.Hooks}, Handler: hooks.Handler(),
		})
	}
	return mounts
}
