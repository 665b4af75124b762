// Command aws is the program of every function on AWS Lambda, on the runtime
// provided.al2023: one zip, with this program as bootstrap, for all. FUNCTION_TARGET
// says which function an instance is: the name of one, of a view, "edge", "tick" or
// "dead-letters". Without it, it is all of them but the edge, and the event
// says for whom it is.
//
//	ONEVENT_PREFIX   what all names begin with; default "onevent"
//	ONEVENT_ACCOUNT  the number of the account; without it, the first publish asks
//
// Of the SDK's variables it takes those that Lambda sets, AWS_ENDPOINT_URL, also
// for one service (AWS_ENDPOINT_URL_SNS), AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT.
//
// The rest of its environment is the same on every cloud, see package environ.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/host"
	"github.com/onevent/onevent/flow/logs"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/cmd/internal/environ"
)

// Main waits for no signal: there is nothing to finish. Whatever is at work when Lambda
// ends an instance comes again.
func main() {
	if err := run(context.Background(), os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "aws:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, getenv func(string) string) error {
	log := logs.New(os.Stderr)
	sdk, err := sdkOf(getenv)
	if err != nil {
		return err
	}
	env := environ.Environment{Getenv: getenv, Secrets: secretsOf(sdk, getenv)}
	settings, err := env.Settings()
	if err != nil {
		return err
	}
	// The edge has its own function. What is all functions at once is a laptop's.
	target := getenv("FUNCTION_TARGET")
	var entry access.Access
	if target == host.Edge {
		if entry, err = env.Access(settings); err != nil {
			return err
		}
	}
	prefix := getenv("ONEVENT_PREFIX")
	store, err := aws.OpenStore(aws.StoreOptions{Config: sdk, Prefix: prefix})
	if err != nil {
		return err
	}
	broker, err := aws.NewBroker(aws.BrokerOptions{Config: sdk, Prefix: prefix, Account: getenv("ONEVENT_ACCOUNT"), Store: store})
	if err != nil {
		return err
	}
	defer broker.Close() //nolint:errcheck // the process ends
	app := functions.App(settings)
	platform := aws.Platform(store, broker)
	platform.Elsewhere = environ.Elsewhere(target)
	platform.Signals = log
	system, err := flow.New(app, platform, intake.Check(app, schemas.Files))
	if err != nil {
		return err
	}
	if settings.Hooks != nil {
		settings.Hooks.Connect(system)
	}
	h := host.For(system, broker, log)
	h.Prefix = prefix
	if target == host.Edge {
		if h.Edge, err = environ.Edge(system, settings, entry, log, ctx.Done()); err != nil {
			return err
		}
	}
	return h.Serve(ctx, target)
}
