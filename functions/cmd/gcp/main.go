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

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/version"
	"github.com/onevent/onevent/functions"
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
	var entry access.Access
	if withEdge {
		var err error
		if entry, err = accessOf(getenv, port); err != nil {
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
		Restaurant: kitchen.HTTPRestaurant{URL: getenv("RESTAURANT_URL")},
		Payments:   billing.HTTPPayments{URL: getenv("PAYMENTS_URL")},
		Version:    version.Current(),
	})
	system, err := flow.New(app, gcp.Platform(store, broker))
	if err != nil {
		return err
	}
	h := host.For(system, log)
	if withEdge {
		if _, err := entry.Policy.Check(app); err != nil {
			return err
		}
		h.Handlers[edgeTarget] = edge.New(system, edge.Options{Log: log, Access: entry})
	}
	return h.Serve(ctx, port)
}

// accessOf returns who may use the edge, or an error if anybody could: a container
// listens on all addresses.
func accessOf(getenv func(string) string, port string) (access.Access, error) {
	a, err := access.FromEnv(getenv, functions.Policy())
	if err != nil {
		return a, err
	}
	return a, a.CheckBind(":" + port)
}
