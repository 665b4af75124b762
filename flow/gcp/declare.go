package gcp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/onevent/onevent/flow/driver"
)

// The bounds of Pub/Sub. A setting beyond one is moved to it.
const (
	minAckWithin, maxAckWithin     = 10 * time.Second, 600 * time.Second
	defaultAckWithin               = 30 * time.Second
	maxBackoff                     = 600 * time.Second
	minMaxAttempts, maxMaxAttempts = 5, 100
)

// Declare creates what does not exist yet; what exists stays as it is. It is for
// emulators and tests: in production Terraform creates the same.
//
// Pub/Sub knows acknowledgement within 10 to 600 seconds, pauses up to 600
// seconds and 5 to 100 attempts; what is beyond is moved there. The defaults are
// pauses of 10 to 600 seconds and 5 attempts.
func (b *Broker) Declare(ctx context.Context, subscriptions ...driver.Subscription) error {
	return b.declare(ctx, nil, subscriptions)
}

// DeclarePush declares subscriptions whose messages Pub/Sub posts to an endpoint
// as binary CloudEvents, without a wrapper and with metadata: what package host
// takes. endpoint returns the URL for a subscription, also for the dead letters;
// one for which it is empty is pulled. Subscriptions that exist are pointed to
// it.
func (b *Broker) DeclarePush(ctx context.Context, endpoint func(subscription string) string, subscriptions ...driver.Subscription) error {
	return b.declare(ctx, endpoint, subscriptions)
}

func (b *Broker) declare(ctx context.Context, endpoint func(string) string, subscriptions []driver.Subscription) error {
	if err := b.declareDeadLetters(ctx, endpoint); err != nil {
		return err
	}
	for _, s := range subscriptions {
		push := pushTo(endpoint, s.Name)
		for _, topic := range s.Topics {
			if err := b.createTopic(ctx, topic); err != nil {
				return err
			}
			if err := b.createSubscription(ctx, b.settings(s, topic, push)); err != nil {
				return err
			}
		}
	}
	b.remember(subscriptions)
	return nil
}

// declareDeadLetters creates the topic of the dead letters with a subscription:
// without one they would be lost. Pub/Sub moves messages there on its own.
func (b *Broker) declareDeadLetters(ctx context.Context, endpoint func(string) string) error {
	if err := b.createTopic(ctx, driver.DeadLetters); err != nil {
		return err
	}
	return b.createSubscription(ctx, &pubsubpb.Subscription{
		Name: b.subscriptionName(driver.DeadLetters, driver.DeadLetters), Topic: b.topicName(driver.DeadLetters),
		AckDeadlineSeconds: int32(defaultAckWithin.Seconds()),
		ExpirationPolicy:   never(),
		RetryPolicy:        &pubsubpb.RetryPolicy{MinimumBackoff: durationpb.New(time.Second)},
		PushConfig:         pushTo(endpoint, driver.DeadLetters),
	})
}

func (b *Broker) createTopic(ctx context.Context, topic string) error {
	_, err := b.client.TopicAdminClient.CreateTopic(ctx, &pubsubpb.Topic{Name: b.topicName(topic)})
	if err != nil && status.Code(err) != codes.AlreadyExists {
		return failed(ctx, "create topic "+topic, err)
	}
	return nil
}

func (b *Broker) createSubscription(ctx context.Context, s *pubsubpb.Subscription) error {
	what := "create subscription " + lastPart(s.GetName())
	_, err := b.client.SubscriptionAdminClient.CreateSubscription(ctx, s)
	if status.Code(err) == codes.AlreadyExists {
		if s.GetPushConfig() == nil {
			return nil
		}
		err = b.client.SubscriptionAdminClient.ModifyPushConfig(ctx, &pubsubpb.ModifyPushConfigRequest{
			Subscription: s.GetName(), PushConfig: s.GetPushConfig(),
		})
	}
	if err != nil {
		return failed(ctx, what, err)
	}
	return nil
}

// settings returns the Pub/Sub subscription of a subscription on one topic.
func (b *Broker) settings(s driver.Subscription, topic string, push *pubsubpb.PushConfig) *pubsubpb.Subscription {
	attempts := s.MaxAttempts
	if attempts == 0 {
		attempts = minMaxAttempts
	}
	retry := &pubsubpb.RetryPolicy{}
	if s.MinBackoff > 0 {
		retry.MinimumBackoff = durationpb.New(min(s.MinBackoff, maxBackoff))
	}
	if s.MaxBackoff > 0 {
		retry.MaximumBackoff = durationpb.New(min(max(s.MaxBackoff, s.MinBackoff), maxBackoff))
	}
	return &pubsubpb.Subscription{
		Name: b.subscriptionName(s.Name, topic), Topic: b.topicName(topic),
		AckDeadlineSeconds: ackDeadline(s.AckWithin),
		ExpirationPolicy:   never(),
		RetryPolicy:        retry,
		DeadLetterPolicy: &pubsubpb.DeadLetterPolicy{
			DeadLetterTopic:     b.topicName(driver.DeadLetters),
			MaxDeliveryAttempts: int32(min(max(attempts, minMaxAttempts), maxMaxAttempts)),
		},
		PushConfig: push,
	}
}

// ackDeadline returns whole seconds, rounded up.
func ackDeadline(d time.Duration) int32 {
	if d == 0 {
		d = defaultAckWithin
	}
	d = min(max(d, minAckWithin), maxAckWithin)
	return int32((d + time.Second - 1) / time.Second)
}

// never keeps Pub/Sub from removing a subscription after 31 days without use.
func never() *pubsubpb.ExpirationPolicy { return &pubsubpb.ExpirationPolicy{} }

// pushTo returns how a subscription is pushed; nil if it is pulled.
func pushTo(endpoint func(string) string, subscription string) *pubsubpb.PushConfig {
	if endpoint == nil {
		return nil
	}
	url := endpoint(subscription)
	if url == "" {
		return nil
	}
	return &pubsubpb.PushConfig{
		PushEndpoint: url,
		Wrapper: &pubsubpb.PushConfig_NoWrapper_{
			NoWrapper: &pubsubpb.PushConfig_NoWrapper{WriteMetadata: true},
		},
	}
}

// listSubscriptions returns the Pub/Sub subscriptions of a subscription.
func (b *Broker) listSubscriptions(ctx context.Context, name string) ([]*pubsubpb.Subscription, error) {
	begin := b.subscriptionName(name, "")
	all := b.client.SubscriptionAdminClient.ListSubscriptions(ctx, &pubsubpb.ListSubscriptionsRequest{
		Project: "projects/" + b.project, PageSize: 1000,
	}).All()
	var found []*pubsubpb.Subscription
	for s, err := range all {
		if err != nil {
			return nil, failed(ctx, "list subscriptions", err)
		}
		if strings.HasPrefix(s.GetName(), begin) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("gcp: subscription %s: %w", name, driver.ErrNotFound)
	}
	return found, nil
}
