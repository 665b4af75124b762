package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
)

// BrokerOptions say which SNS and SQS to use, and how.
type BrokerOptions struct {
	// Config is the SDK's configuration, as config.LoadDefaultConfig returns it.
	Config sdk.Config
	// Prefix begins the names of all topics and queues; see StoreOptions.
	Prefix string
	// Account is the number of the account in which the topics are. Empty means that
	// the first call asks.
	Account string
	// Store keeps the data of messages that are too large for SNS, until they have
	// left every queue. Without one they are ErrTooLarge.
	Store *Store
}

// A Broker is a driver.Broker on SNS and SQS. Each topic is a topic of SNS, and each
// subscription a standard queue of SQS, with a queue of its own for its dead
// letters; so a subscription's name is at most 80 bytes, with the prefix and
// "-dead".
type Broker struct {
	topics  *sns.Client
	queues  *sqs.Client
	callers func() *sts.Client // who is hardly ever needed is made when needed
	store   *Store
	region  string
	prefix  string // with its dash
	meter   usage.Meter

	// life ends at Close, and receiving counts what it ends.
	life      context.Context //nolint:containedctx // the broker's own
	end       context.CancelFunc
	receiving sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	account  string
	urls     map[string]string // of queues, by name
	declared map[string]driver.Subscription
	changed  chan struct{} // closed, and replaced, by each Declare
}

// errClosed says that the broker was closed.
var errClosed = errors.New("broker is closed")

// NewBroker returns a broker. It does not wait for AWS: the first call does.
func NewBroker(o BrokerOptions) (*Broker, error) {
	prefix, err := checkPrefix(o.Prefix)
	if err != nil {
		return nil, err
	}
	config := once(o.Config)
	life, end := context.WithCancel(context.Background())
	return &Broker{
		topics: sns.NewFromConfig(config), queues: sqs.NewFromConfig(config), callers: sync.OnceValue(func() *sts.Client { return sts.NewFromConfig(config) }),
		store: o.Store, region: o.Config.Region, prefix: prefix, account: o.Account, life: life, end: end,
		urls: map[string]string{}, declared: map[string]driver.Subscription{}, changed: make(chan struct{}),
	}, nil
}

// Usage returns what was used since the broker was opened.
func (b *Broker) Usage() Usage { return b.meter.Usage() }

// Close ends every Receive and waits for the handlers at work. Messages that are not
// done stay with SQS.
func (b *Broker) Close() error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end()
	b.receiving.Wait()
	return nil
}

func (b *Broker) checkOpen() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return errClosed
	}
	return nil
}

// topicARN returns the ARN of a topic. The account is asked for once.
func (b *Broker) topicARN(ctx context.Context, topic string) (string, error) {
	b.mu.Lock()
	account := b.account
	b.mu.Unlock()
	if account == "" {
		caller, err := b.callers().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return "", fmt.Errorf("which account: %w", err)
		}
		account = sdk.ToString(caller.Account)
		b.mu.Lock()
		b.account = account
		b.mu.Unlock()
	}
	return strings.Join([]string{"arn", partitionOf(b.region), "sns", b.region, account, b.topicName(topic)}, ":"), nil
}

func (b *Broker) topicName(topic string) string {
	return TopicName(strings.TrimSuffix(b.prefix, "-"), topic)
}

// partitionOf returns what the ARNs of a region begin with.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// queueURL returns the URL of a queue. It is asked for once.
func (b *Broker) queueURL(ctx context.Context, name string) (string, error) {
	b.mu.Lock()
	url := b.urls[name]
	b.mu.Unlock()
	if url != "" {
		return url, nil
	}
	b.meter.Add(Usage{Requests: 1})
	out, err := b.queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		return "", failed(ctx, "queue "+name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.urls[name] = sdk.ToString(out.QueueUrl)
	return b.urls[name], nil
}

// remember notes what was declared, and wakes those who receive dead letters.
func (b *Broker) remember(subscriptions []driver.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range subscriptions {
		b.declared[s.Name] = s
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// recall returns what was declared here under a name, with the defaults, and the
// channel that the next Declare closes.
func (b *Broker) recall(name string) (driver.Subscription, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.declared[name]
	s.MinBackoff = cmp.Or(s.MinBackoff, defaultMinBackoff)
	s.MaxBackoff = max(cmp.Or(s.MaxBackoff, defaultMaxBackoff), s.MinBackoff)
	s.Concurrency = cmp.Or(s.Concurrency, defaultConcurrency)
	return s, b.changed
}
