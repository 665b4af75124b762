package meter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/onevent/onevent/flow/aws"
	amazon "github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	google "github.com/onevent/onevent/flow/gcp/emulators"
	"github.com/onevent/onevent/flow/usage"
)

// prefix returns a prefix that nobody else has, so that a place is empty.
func prefix() string {
	return fmt.Sprintf("m%x", rand.Uint64()) //nolint:gosec // no secret
}

// GCP opens a place on Google's emulators. Where they are not installed, the error
// wraps emulators.ErrMissing.
func GCP(ctx context.Context) (Place, error) {
	const project = "onevent-meter"
	running, err := google.Start(ctx, google.Options{})
	if err != nil {
		return Place{}, err
	}
	unique := prefix() + "-"
	store, err := gcp.OpenStore(ctx, gcp.StoreOptions{Project: project, Prefix: unique, Emulator: running.Firestore})
	if err != nil {
		return Place{}, errors.Join(err, running.Stop())
	}
	broker, err := gcp.NewBroker(ctx, gcp.BrokerOptions{Project: project, Prefix: unique, Emulator: running.PubSub})
	if err != nil {
		return Place{}, errors.Join(err, store.Close(), running.Stop())
	}
	return Place{
		Platform: cost.GCP, Stores: gcp.Platform(store, broker), Declare: broker.Declare,
		Usage: func() usage.Usage { return store.Usage().Add(broker.Usage()) },
		Delivered: func(m driver.Message) (usage.Usage, error) {
			billed, err := gcp.BilledBytes(m)
			return usage.Usage{Deliveries: 1, DeliveredBytes: billed}, err
		},
		Close: func() error { return errors.Join(broker.Close(), store.Close(), running.Stop()) },
	}, nil
}

// AWS opens a place on moto. Where it is not installed, the error wraps
// emulators.ErrMissing.
func AWS(ctx context.Context) (Place, error) {
	running, err := amazon.Start(ctx, amazon.Options{})
	if err != nil {
		return Place{}, err
	}
	p, err := openAWS(ctx, running)
	if err != nil {
		return Place{}, errors.Join(err, running.Stop())
	}
	return p, nil
}

func openAWS(ctx context.Context, running *amazon.Emulators) (Place, error) {
	config, err := running.Config(ctx)
	if err != nil {
		return Place{}, err
	}
	unique := prefix()
	store, err := aws.OpenStore(aws.StoreOptions{Config: config, Prefix: unique})
	if err != nil {
		return Place{}, err
	}
	broker, err := aws.NewBroker(aws.BrokerOptions{Config: config, Prefix: unique, Store: store})
	if err != nil {
		return Place{}, err
	}
	return Place{
		Platform: cost.AWS, Stores: aws.Platform(store, broker), Declare: broker.Declare,
		Usage:     func() usage.Usage { return store.Usage().Add(broker.Usage()) },
		Delivered: func(driver.Message) (usage.Usage, error) { return usage.Usage{Deliveries: 1}, nil },
		Close:     func() error { return errors.Join(broker.Close(), running.Stop()) },
	}, store.Declare(ctx)
}

// Open opens the place of a platform.
func Open(ctx context.Context, p cost.Platform) (Place, error) {
	if p == cost.AWS {
		return AWS(ctx)
	}
	return GCP(ctx)
}
