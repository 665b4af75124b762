package aws

import (
	"fmt"
	"strings"

	"github.com/onevent/onevent/flow/driver"
)

const (
	// deadSuffix ends the names of the queues of dead letters.
	deadSuffix = "-dead"
	// maxQueueName is SQS's limit in bytes, see
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html.
	maxQueueName = 80
)

// TopicName returns the name of the SNS topic of an event type; an empty prefix is
// the default one.
func TopicName(prefix, topic string) string {
	return orDefault(prefix) + strings.ReplaceAll(topic, ".", "-")
}

// QueueName returns the name of the SQS queue of a function or a view; an empty
// prefix is the default one. That of its dead letters ends in "-dead".
func QueueName(prefix, subscription string) string { return orDefault(prefix) + subscription }

func orDefault(prefix string) string {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	return prefix + "-"
}

// SubscriptionOf returns the subscription of a queue, given by its name or its ARN,
// and whether the queue is that of its dead letters.
func SubscriptionOf(prefix, queue string) (subscription string, dead bool) {
	name := strings.TrimPrefix(queue[strings.LastIndexByte(queue, ':')+1:], orDefault(prefix))
	return strings.CutSuffix(name, deadSuffix)
}

// checkQueue returns an error for a subscription whose queue cannot have its name.
func checkQueue(prefix, subscription string) error {
	switch {
	case strings.HasSuffix(subscription, deadSuffix) || subscription == driver.DeadLetters:
		return fmt.Errorf("aws: subscription %s: such names are for dead letters", subscription)
	case len(prefix)+len(subscription)+len(deadSuffix) > maxQueueName:
		return fmt.Errorf("aws: subscription %s: the name of its queue is longer than %d bytes", subscription, maxQueueName)
	}
	return nil
}
