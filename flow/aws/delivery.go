package aws

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/onevent/onevent/flow/aws/internal/wire"
	"github.com/onevent/onevent/flow/driver"
)

// A Delivery is a message as SQS gave it out.
type Delivery struct {
	// Queue is the queue's name or ARN.
	Queue string
	// ID is what SQS calls the message.
	ID string
	// Body is its body.
	Body string
	// Attempt counts its deliveries, from 1; 0 if that is not known.
	Attempt int
	// Receipt is what SQS knows the delivery by.
	Receipt string
}

// Postpone has a delivery that failed with an error come again after the pause that
// the error asks for, or after one that is doubled with each attempt, 1 second to 5
// minutes; otherwise it comes when the queue's visibility timeout is over.
func (b *Broker) Postpone(ctx context.Context, d Delivery, err error) error {
	name := d.Queue[strings.LastIndexByte(d.Queue, ':')+1:]
	url, urlErr := b.queueURL(ctx, name)
	if urlErr != nil {
		return urlErr
	}
	defaults := driver.Subscription{MinBackoff: defaultMinBackoff, MaxBackoff: defaultMaxBackoff}
	pause := min(max(pauseFor(err, defaults, d.Attempt), 0), maxVisibility)
	b.meter.Add(Usage{Requests: 1})
	_, err = b.queues.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &url, ReceiptHandle: &d.Receipt, VisibilityTimeout: wholeSeconds(pause),
	})
	if err != nil {
		return failed(ctx, "postpone a message of "+name, err)
	}
	return nil
}

// wholeSeconds rounds up.
func wholeSeconds(d time.Duration) int32 {
	return int32((d + time.Second - 1) / time.Second) //nolint:gosec // at most maxVisibility
}

// Open returns the message of a delivery, with its data, which may be in the store.
// What nobody encoded is handed on as it is, so that the one who handles it can say
// what is wrong: its ID is SQS's. So is a message whose data is gone.
func (b *Broker) Open(ctx context.Context, d Delivery) (driver.Message, error) {
	m, claim := wire.Decode(d.Body)
	b.meter.Add(Usage{Deliveries: 1})
	m.Subscription, _ = SubscriptionOf(b.prefix[:len(b.prefix)-1], d.Queue)
	m.Attempt = d.Attempt
	if m.ID == "" {
		m.ID = d.ID
	}
	if claim == "" || b.store == nil {
		return m, nil
	}
	data, err := b.store.readParts(ctx, "data of message "+m.ID, claim)
	if err != nil && !errors.Is(err, errGone) {
		return m, err
	}
	m.Data = data
	return m, nil
}
