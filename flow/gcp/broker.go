package gcp

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"strings"
	"sync"

	"cloud.google.com/go/pubsub/v2"
	vkit "cloud.google.com/go/pubsub/v2/apiv1"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
	"github.com/onevent/onevent/flow/usage"
)

// BrokerOptions say which Pub/Sub to use, and how.
type BrokerOptions struct {
	// Project is the Google Cloud project. It must be set.
	Project string
	// Prefix begins the names of all topics and subscriptions, so that several
	// applications can share a project: empty, or a letter and up to 31 of
	// [a-z0-9-].
	Prefix string
	// Emulator is the address of an emulator, as in "127.0.0.1:8085". Empty
	// means the one that PUBSUB_EMULATOR_HOST names, and without one Google.
	Emulator string
	// Client are further options of the client; they win over those above.
	Client []option.ClientOption
}

// A Broker is a driver.Broker on Pub/Sub. The topic "order.created" is the
// Pub/Sub topic of that name, and the subscription "reserve-credit" on it is the
// Pub/Sub subscription "reserve-credit~order.created"; a subscription on several
// topics is one Pub/Sub subscription for each.
type Broker struct {
	client  *pubsub.Client
	project string
	prefix  string
	meter   usage.Meter

	// life ends at Close, and receiving counts what it ends.
	life      context.Context //nolint:containedctx // the broker's own
	end       context.CancelFunc
	receiving sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	declared map[string]driver.Subscription
	changed  chan struct{} // closed, and replaced, by each Declare
}

// NewBroker returns a broker. It does not wait for Pub/Sub: the first call does.
func NewBroker(ctx context.Context, o BrokerOptions) (*Broker, error) {
	if err := checkPlace(o.Project, o.Prefix); err != nil {
		return nil, err
	}
	if o.Emulator == "" {
		o.Emulator = os.Getenv("PUBSUB_EMULATOR_HOST")
	}
	var options []option.ClientOption
	if o.Emulator != "" {
		conn, err := grpc.NewClient("passthrough:///"+o.Emulator,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
		if err != nil {
			return nil, fmt.Errorf("gcp: emulator %s: %w", o.Emulator, err)
		}
		options = append(options, option.WithGRPCConn(conn), option.WithTelemetryDisabled())
	}
	client, err := pubsub.NewClient(ctx, o.Project, append(options, o.Client...)...)
	if err != nil {
		return nil, fmt.Errorf("gcp: new broker: %w", err)
	}
	// Publish is not tried again here: flow knows when to.
	client.TopicAdminClient.CallOptions = &vkit.TopicAdminCallOptions{}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	return &Broker{
		client: client, project: o.Project, prefix: o.Prefix, life: life, end: end,
		declared: map[string]driver.Subscription{}, changed: make(chan struct{}),
	}, nil
}

// Usage returns what was used since the broker was opened. Of deliveries it has those
// that Receive got: what is pushed does not come through it, see BilledBytes.
func (b *Broker) Usage() Usage { return b.meter.Usage() }

// Close ends every Receive, waits for the handlers at work and closes the
// connections. Messages that are not done stay with Pub/Sub.
func (b *Broker) Close() error {
	b.mu.Lock()
	again := b.closed
	b.closed = true
	b.mu.Unlock()
	b.end()
	b.receiving.Wait()
	if again {
		return nil
	}
	if err := b.client.Close(); err != nil {
		return fmt.Errorf("gcp: close broker: %w", err)
	}
	return nil
}

func (b *Broker) topicName(topic string) string {
	return "projects/" + b.project + "/topics/" + b.prefix + topic
}

func (b *Broker) subscriptionName(subscription, topic string) string {
	return "projects/" + b.project + "/subscriptions/" + b.prefix + wire.JoinSubscription(subscription, topic)
}

// nameOf returns the subscription and the topic of a Pub/Sub subscription.
func (b *Broker) nameOf(subscription string) (name, topic string) {
	name, topic = wire.SplitSubscription(subscription)
	return strings.TrimPrefix(name, b.prefix), topic
}

// remember notes what was declared, and wakes every Receive.
func (b *Broker) remember(subscriptions []driver.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.Insert(b.declared, func(yield func(string, driver.Subscription) bool) {
		for _, s := range subscriptions {
			if !yield(s.Name, s) {
				return
			}
		}
	})
	close(b.changed)
	b.changed = make(chan struct{})
}

// recall returns what was declared here under a name, and the channel that the
// next Declare closes.
func (b *Broker) recall(name string) (driver.Subscription, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.declared[name], b.changed
}
