package aws

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onevent/onevent/flow/driver"
)

// The defaults of a subscription, and the bounds of SQS. A setting beyond one is
// moved to it.
const (
	defaultAckWithin   = 30 * time.Second
	defaultMinBackoff  = time.Second
	defaultMaxBackoff  = 5 * time.Minute
	defaultConcurrency = 10
	defaultMaxAttempts = 5

	// maxVisibility is a little less than the 12 hours, which count from the delivery.
	minVisibility, maxVisibility = time.Second, 11*time.Hour + 45*time.Minute
	maxMaxAttempts               = 1000

	// keptFor is how long a queue keeps a message, the longest that there is. A
	// dead letter is as old as its message was.
	keptFor = 14 * 24 * time.Hour
)

// Declare creates what does not exist yet; what exists stays as it is, but for the
// topics that a queue may get messages from. It is for emulators and tests: in
// production Terraform creates the same.
//
// SQS knows times of 1 second to 12 hours, in seconds, and 1 to 1,000 attempts; what
// is beyond is moved there. The defaults are 30 seconds to handle a message, pauses
// of 1 second to 5 minutes, 5 attempts and 10 handlers.
func (b *Broker) Declare(ctx context.Context, subscriptions ...driver.Subscription) error {
	topics := map[string]string{} // ARNs, by topic
	for _, s := range subscriptions {
		if err := checkQueue(b.prefix, s.Name); err != nil {
			return err
		}
		queue, err := b.declareQueues(ctx, s)
		if err != nil {
			return failed(ctx, "declare "+s.Name, err)
		}
		for _, topic := range s.Topics {
			if topics[topic] == "" {
				if topics[topic], err = b.createTopic(ctx, topic); err != nil {
					return failed(ctx, "create topic "+topic, err)
				}
			}
			if err := b.subscribe(ctx, topics[topic], queue); err != nil {
				return failed(ctx, "subscribe "+s.Name+" to "+topic, err)
			}
		}
	}
	b.remember(subscriptions)
	return nil
}

// declareQueues creates the queue of a subscription and that of its dead letters,
// and returns the ARN of the first.
func (b *Broker) declareQueues(ctx context.Context, s driver.Subscription) (arn string, err error) {
	dead, err := b.createQueue(ctx, b.prefix+s.Name+deadSuffix, map[string]string{
		"VisibilityTimeout": seconds(defaultAckWithin),
	})
	if err != nil {
		return "", err
	}
	attempts := min(max(cmp.Or(s.MaxAttempts, defaultMaxAttempts), 1), maxMaxAttempts)
	return b.createQueue(ctx, b.prefix+s.Name, map[string]string{
		"VisibilityTimeout": seconds(min(max(cmp.Or(s.AckWithin, defaultAckWithin), minVisibility), maxVisibility)),
		"RedrivePolicy":     document(map[string]any{"deadLetterTargetArn": dead, "maxReceiveCount": attempts}),
		"Policy":            b.policy(queueARN(dead, b.prefix+s.Name)),
	})
}

// queueARN returns the ARN of another queue in the same place.
func queueARN(arn, name string) string { return arn[:strings.LastIndexByte(arn, ':')+1] + name }

// policy lets the topics with the prefix send to a queue. Terraform names each.
func (b *Broker) policy(queue string) string {
	parts := strings.Split(queue, ":")
	topics := strings.Join([]string{parts[0], parts[1], "sns", parts[3], parts[4], b.prefix + "*"}, ":")
	return document(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": map[string]any{"Service": "sns.amazonaws.com"},
			"Action": "sqs:SendMessage", "Resource": queue,
			"Condition": map[string]any{"ArnLike": map[string]any{"aws:SourceArn": topics}},
		}},
	})
}

// document returns what has no value that JSON does not.
func document(v map[string]any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(data)
}

// createQueue creates a queue, unless it exists, and returns its ARN.
func (b *Broker) createQueue(ctx context.Context, name string, attributes map[string]string) (arn string, err error) {
	url, err := b.queueURL(ctx, name)
	if err != nil {
		attributes["MessageRetentionPeriod"] = seconds(keptFor)
		attributes["SqsManagedSseEnabled"] = "true"
		out, err := b.queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes})
		if err != nil {
			return "", err
		}
		url = sdk.ToString(out.QueueUrl)
	}
	return b.attribute(ctx, url, types.QueueAttributeNameQueueArn)
}

// attribute returns an attribute of a queue.
func (b *Broker) attribute(ctx context.Context, url string, name types.QueueAttributeName) (string, error) {
	b.meter.Add(Usage{Requests: 1})
	out, err := b.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []types.QueueAttributeName{name}})
	if err != nil {
		return "", err
	}
	return out.Attributes[string(name)], nil
}

// seconds returns whole seconds, rounded up.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// createTopic creates a topic, unless it exists, and returns its ARN.
func (b *Broker) createTopic(ctx context.Context, topic string) (arn string, err error) {
	out, err := b.topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: sdk.String(b.topicName(topic))})
	if err != nil {
		return "", err
	}
	return sdk.ToString(out.TopicArn), nil
}

// subscribe has a queue get the messages of a topic, as they are.
func (b *Broker) subscribe(ctx context.Context, topic, queue string) error {
	_, err := b.topics.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: &topic, Protocol: sdk.String("sqs"), Endpoint: &queue,
		Attributes: map[string]string{"RawMessageDelivery": "true"},
	})
	return err
}

// deadQueues returns the names of all queues of dead letters.
func (b *Broker) deadQueues(ctx context.Context) ([]string, error) {
	var names []string
	pages := sqs.NewListQueuesPaginator(b.queues, &sqs.ListQueuesInput{QueueNamePrefix: &b.prefix, MaxResults: sdk.Int32(1000)})
	for pages.HasMorePages() {
		b.meter.Add(Usage{Requests: 1})
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list queues: %w", err)
		}
		for _, url := range page.QueueUrls {
			name := url[strings.LastIndexByte(url, '/')+1:]
			if strings.HasSuffix(name, deadSuffix) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, nil
}
