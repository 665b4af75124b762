package gcp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp/internal/wire"
)

const (
	// maxPublish and maxPublishBytes are Pub/Sub's limits for one call, see
	// https://cloud.google.com/pubsub/quotas#resource_limits. The second is for
	// the messages of a call together: one of them may be as large with its
	// attributes on top.
	maxPublish      = 1000
	maxPublishBytes = 10_000_000
)

// Publish makes one call for each topic, and more only where the messages do not
// fit into one. It returns ErrTooLarge, and publishes nothing, if a message is
// beyond the limits of driver.Message. A topic that does not exist has no
// subscribers: its messages are dropped.
func (b *Broker) Publish(ctx context.Context, messages ...driver.Message) error {
	requests, err := b.requests(messages)
	if err != nil {
		return fmt.Errorf("gcp: publish: %w", err)
	}
	if len(requests) == 1 {
		return b.publish(ctx, requests[0])
	}
	errs := make([]error, len(requests))
	var publishing sync.WaitGroup
	for i, r := range requests {
		publishing.Go(func() { errs[i] = b.publish(ctx, r) })
	}
	publishing.Wait()
	return errors.Join(errs...)
}

// requests groups messages by topic, in their order.
func (b *Broker) requests(messages []driver.Message) ([]*pubsubpb.PublishRequest, error) {
	var requests []*pubsubpb.PublishRequest
	open := map[string]*pubsubpb.PublishRequest{} // by topic: the one with room
	size := map[string]int{}
	for _, m := range messages {
		attributes, err := wire.Encode(m)
		if err != nil {
			return nil, err
		}
		message := &pubsubpb.PubsubMessage{Data: m.Data, Attributes: attributes}
		bytes := proto.Size(message)
		r := open[m.Topic]
		if r == nil || len(r.GetMessages()) == maxPublish || size[m.Topic]+bytes > maxPublishBytes {
			r = &pubsubpb.PublishRequest{Topic: b.topicName(m.Topic)}
			requests = append(requests, r)
			open[m.Topic], size[m.Topic] = r, 0
		}
		r.Messages = append(r.Messages, message)
		size[m.Topic] += bytes
	}
	return requests, nil
}

func (b *Broker) publish(ctx context.Context, r *pubsubpb.PublishRequest) error {
	_, err := b.client.TopicAdminClient.Publish(ctx, r)
	if err != nil && !isNoTopic(err) {
		return failed(ctx, "publish to "+lastPart(r.GetTopic()), err)
	}
	b.meter.Add(Usage{Publishes: 1, Messages: int64(len(r.GetMessages())), PublishedBytes: billed(r.GetMessages()...)})
	return nil
}

// isNoTopic says whether a topic does not exist. That the project does not is
// the same code, and no reason to drop anything.
func isNoTopic(err error) bool {
	return status.Code(err) == codes.NotFound && !strings.Contains(strings.ToLower(status.Convert(err).Message()), "project not found")
}
