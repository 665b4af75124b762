package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onevent/onevent/flow/clock"
)

const (
	// defaultBatch is how many messages an invocation gets at the most; SQS hands out no
	// more at once.
	defaultBatch = 10
	// waitSeconds is how long a call waits for the first message.
	waitSeconds = 20
	// deleteWithin bounds a call after a batch.
	deleteWithin = 10 * time.Second
)

// A Mapping is the event source mapping of one queue, with ReportBatchItemFailures:
// it polls, invokes the function with a batch of messages, and deletes those that the
// answer does not name. The others come again when their visibility timeout is over,
// and SQS moves them to the dead letters when they were received too often.
type Mapping struct {
	// Queues is the client.
	Queues *sqs.Client
	// Queue is the name of the queue.
	Queue string
	// Runtime has the function.
	Runtime *Runtime
	// Timeout is how long an invocation may take; 0 means 30 seconds. The visibility
	// timeout of the queue must not be shorter.
	Timeout time.Duration
	// Batch is how many messages an invocation gets at the most, 1 to 10; 0 means 10.
	Batch int32
	// Log takes what goes wrong; nil means that nobody does.
	Log *slog.Logger
}

// Run carries messages until ctx ends, and then waits for the invocation at work.
// What goes wrong is told, and tried again.
func (m Mapping) Run(ctx context.Context) error {
	if m.Log == nil {
		m.Log = slog.New(slog.DiscardHandler)
	}
	if m.Timeout == 0 {
		m.Timeout = 30 * time.Second
	}
	if m.Batch == 0 {
		m.Batch = defaultBatch
	}
	queue, err := m.find(ctx)
	if err != nil {
		return fmt.Errorf("lambda: queue %s: %w", m.Queue, err)
	}
	for ctx.Err() == nil {
		if err := m.carry(ctx, queue); err != nil && ctx.Err() == nil {
			m.Log.WarnContext(ctx, "mapping", "queue", m.Queue, "error", err)
			_ = clock.Sleep(ctx, time.Second) // the loop looks at ctx
		}
	}
	return nil
}

type queue struct{ url, arn string }

func (m Mapping) find(ctx context.Context) (queue, error) {
	found, err := m.Queues.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &m.Queue})
	if err != nil {
		return queue{}, err
	}
	const arn = types.QueueAttributeNameQueueArn
	a, err := m.Queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: found.QueueUrl, AttributeNames: []types.QueueAttributeName{arn}})
	if err != nil {
		return queue{}, err
	}
	return queue{sdk.ToString(found.QueueUrl), a.Attributes[string(arn)]}, nil
}

// carry carries one batch.
func (m Mapping) carry(ctx context.Context, q queue) error {
	out, err := m.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &q.url, MaxNumberOfMessages: m.Batch, WaitTimeSeconds: waitSeconds,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	if err != nil || len(out.Messages) == 0 {
		return err
	}
	payload, err := json.Marshal(eventOf(q.arn, out.Messages))
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // what is at work may finish
	answer, err := m.Runtime.Invoke(ctx, q.arn, payload, m.Timeout)
	if err != nil {
		return err
	}
	done, err := doneOf(answer, out.Messages)
	if err != nil || len(done) == 0 {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deleteWithin)
	defer cancel()
	_, err = m.Queues.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &q.url, Entries: done})
	return err
}

// eventOf returns the event for messages of a queue.
func eventOf(arn string, messages []types.Message) events.SQSEvent {
	var e events.SQSEvent
	for _, m := range messages {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: sdk.ToString(m.MessageId), ReceiptHandle: sdk.ToString(m.ReceiptHandle), Body: sdk.ToString(m.Body),
			Md5OfBody: sdk.ToString(m.MD5OfBody), Attributes: m.Attributes, MessageAttributes: map[string]events.SQSMessageAttribute{},
			EventSource: "aws:sqs", EventSourceARN: arn,
		})
	}
	return e
}

// doneOf returns the messages to delete. As with Lambda, an answer that says nothing
// is a success, and one that is broken or names what was not in the batch is a
// failure of all.
func doneOf(answer []byte, messages []types.Message) ([]types.DeleteMessageBatchRequestEntry, error) {
	var response events.SQSEventResponse
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &response); err != nil {
			return nil, fmt.Errorf("the function's answer: %w", err)
		}
	}
	failed := map[string]bool{}
	for _, f := range response.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	var done []types.DeleteMessageBatchRequestEntry
	known := 0
	for i, m := range messages {
		if failed[sdk.ToString(m.MessageId)] {
			known++
			continue
		}
		done = append(done, types.DeleteMessageBatchRequestEntry{Id: sdk.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle})
	}
	if known < len(failed) {
		return nil, fmt.Errorf("the function's answer names %d messages that were not in the batch", len(failed)-known)
	}
	return done, nil
}
