package aws

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/onevent/onevent/flow/aws/internal/wire"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
)

const (
	// maxPublish is SNS's limit for one call, beside wire.MaxBody, see
	// https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html.
	maxPublish = 10
	// claimedFor is how long the data of a large message is kept: a day longer than
	// any queue keeps a message.
	claimedFor = keptFor + 24*time.Hour
)

// Publish makes one call for each topic, and more only where the messages do not
// fit into one. It returns ErrTooLarge, and publishes nothing, if a message is
// beyond the limits of driver.Message. A topic that does not exist has no
// subscribers: its messages are dropped.
func (b *Broker) Publish(ctx context.Context, messages ...driver.Message) error {
	if err := b.checkOpen(); err != nil {
		return fmt.Errorf("aws: publish: %w", err)
	}
	batches, err := b.batches(ctx, messages)
	if err != nil {
		return failed(ctx, "publish", err)
	}
	if len(batches) == 1 {
		return b.publish(ctx, batches[0])
	}
	errs := make([]error, len(batches))
	var publishing sync.WaitGroup
	for i, batch := range batches {
		publishing.Go(func() { errs[i] = b.publish(ctx, batch) })
	}
	publishing.Wait()
	return errors.Join(errs...)
}

// A batch is one call to SNS.
type batch struct {
	topic   string
	entries []types.PublishBatchRequestEntry
	size    int
}

// batches groups messages by topic, in their order.
func (b *Broker) batches(ctx context.Context, messages []driver.Message) ([]*batch, error) {
	for _, m := range messages {
		if err := wire.Check(m); err != nil {
			return nil, err
		}
	}
	var batches []*batch
	open := map[string]*batch{} // by topic: the one with room
	for _, m := range messages {
		body, err := b.body(ctx, m)
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", m.ID, err)
		}
		one := open[m.Topic]
		if one == nil || len(one.entries) == maxPublish || one.size+len(body) > wire.MaxBody {
			one = &batch{topic: m.Topic}
			batches = append(batches, one)
			open[m.Topic] = one
		}
		one.entries = append(one.entries, types.PublishBatchRequestEntry{Id: sdk.String(strconv.Itoa(len(one.entries))), Message: &body})
		one.size += len(body)
	}
	return batches, nil
}

// body returns the body for a message. The data of one that is too large goes to
// the store, and the body says where.
func (b *Broker) body(ctx context.Context, m driver.Message) (string, error) {
	if body := wire.Encode(m, ""); len(body) <= wire.MaxBody {
		return body, nil
	}
	if b.store == nil {
		return "", fmt.Errorf("more than %d bytes, and no store for them: %w", wire.MaxBody, driver.ErrTooLarge)
	}
	claim, err := b.store.writeParts(ctx, "message/"+m.ID, m.Data, time.Now().Add(claimedFor))
	if err != nil {
		return "", err
	}
	return wire.Encode(m, claim), nil
}

// publish makes one call. SNS may take some messages of it and not others.
func (b *Broker) publish(ctx context.Context, one *batch) error {
	what := "publish to " + one.topic
	arn, err := b.topicARN(ctx, one.topic)
	if err != nil {
		return failed(ctx, what, err)
	}
	out, err := b.topics.PublishBatch(ctx, &sns.PublishBatchInput{TopicArn: &arn, PublishBatchRequestEntries: one.entries})
	if _, unknown := errors.AsType[*types.NotFoundException](err); unknown {
		return nil
	}
	if err != nil {
		return failed(ctx, what, err)
	}
	b.meter.Add(Usage{Publishes: 1, Messages: int64(len(out.Successful)), PublishUnits: usage.Units(one.size, chunk)})
	if len(out.Failed) > 0 {
		f := out.Failed[0]
		return fmt.Errorf("aws: %s: %d of %d messages: %s: %s", what, len(out.Failed), len(one.entries), sdk.ToString(f.Code), sdk.ToString(f.Message))
	}
	return nil
}
