// Command gcp is the program of every function on Google Cloud: one container
// image for all. FUNCTION_TARGET says which function an instance is: the name of
// one, of a view, "edge", "tick" or "dead-letters". Without it, it is all of
// them, each at the path of its name.
//
//	PORT                  where to listen; default 8080
//	GOOGLE_CLOUD_PROJECT  the project; required
//	FIRESTORE_DATABASE    the database; default "(default)"
//
// The rest of its environment is the same on every cloud, see package environ.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/logs"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/cmd/internal/environ"
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
	env := environ.Environment{Getenv: getenv}
	log := logs.New(os.Stderr)
	settings, err := env.Settings()
	if err != nil {
		return err
	}
	target := getenv("FUNCTION_TARGET")
	withEdge := target == "" || target == edgeTarget
	var entry access.Access
	if withEdge {
		if entry, err = env.Access(settings); err != nil {
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
	app := functions.App(settings)
	platform := gcp.Platform(store, broker)
	platform.Elsewhere = environ.Elsewhere(target)
	platform.Signals = log
	system, err := flow.New(app, platform, intake.Check(app, schemas.Files))
	if err != nil {
		return err
	}
	if settings.Hooks != nil {
		settings.Hooks.Connect(system)
	}
	h := host.For(system, log)
	if withEdge {
		if h.Handlers[edgeTarget], err = environ.Edge(system, settings, entry, log, ctx.Done()); err != nil {
			return err
		}
	}
	return h.Serve(ctx, cmp.Or(getenv("PORT"), "8080"))
}
