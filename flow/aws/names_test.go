package aws_test

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		aws.TopicName("", "order.created"):                 "onevent-order-created",
		aws.TopicName("", "credit.limit_exceeded"):         "onevent-credit-limit_exceeded",
		aws.TopicName("staging", "order.created"):          "staging-order-created",
		aws.QueueName("", "reserve-credit"):                "onevent-reserve-credit",
		strings.Join(tableNames(t, ""), " "):               "onevent-log onevent-heads onevent-views onevent-agenda onevent-parts",
		strings.Join(tableNames(t, "staging"), " ")[:11]:   "staging-log",
		subscriptionOf("onevent-reserve-credit"):           "reserve-credit false",
		subscriptionOf("arn:aws:sqs:x:1:onevent-a-b-dead"): "a-b true",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func tableNames(t *testing.T, prefix string) []string {
	t.Helper()
	tables, err := aws.Tables(prefix)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, table := range tables {
		names = append(names, table.Name)
	}
	return names
}

func subscriptionOf(queue string) string {
	name, dead := aws.SubscriptionOf("", queue)
	if dead {
		return name + " true"
	}
	return name + " false"
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"A", "1", "a_b", "a/b", strings.Repeat("a", 33)} {
		if _, err := aws.OpenStore(aws.StoreOptions{Prefix: prefix}); err == nil {
			t.Errorf("the prefix %q is taken", prefix)
		}
	}
	b, err := aws.NewBroker(aws.BrokerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a-dead", driver.DeadLetters, strings.Repeat("a", 80)} {
		if err := b.Declare(t.Context(), driver.Subscription{Name: name}); err == nil {
			t.Errorf("the subscription %q is taken", name)
		}
	}
}
