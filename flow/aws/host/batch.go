package host

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
)

// messages handles a batch and answers with those that failed. What is not done
// when the time is nearly up has failed too.
func (i invoker) messages(ctx context.Context, payload []byte) ([]byte, error) {
	var received events.SQSEvent
	if err := json.Unmarshal(payload, &received); err != nil {
		return nil, fmt.Errorf("host: messages: %w", err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		grace := i.Grace
		if grace == 0 {
			grace = defaultGrace
		}
		limited, cancel := context.WithDeadline(ctx, deadline.Add(-grace))
		defer cancel()
		ctx = limited
	}
	b := &batch{invoker: i, left: map[string]bool{}}
	lanes := b.lanes(ctx, received.Records)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		b.run(ctx, lanes)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
	}
	return json.Marshal(b.response(received.Records))
}

// A batch is what came in one invocation.
type batch struct {
	invoker

	mu   sync.Mutex
	left map[string]bool // the messages that are not done, by what SQS calls them
}

// A delivery is one of a batch, opened.
type delivery struct {
	aws.Delivery

	function string
	message  driver.Message
	err      error // why it could not be opened
}

// lanes returns the deliveries, those of one stream in one lane.
func (b *batch) lanes(ctx context.Context, records []events.SQSMessage) [][]delivery {
	var lanes [][]delivery
	byStream := map[string]int{}
	for _, r := range records {
		b.left[r.MessageId] = true
		attempt, _ := strconv.Atoi(r.Attributes["ApproximateReceiveCount"]) // 0: not known
		d := delivery{Delivery: aws.Delivery{
			Queue: r.EventSourceARN, ID: r.MessageId, Body: r.Body, Attempt: attempt, Receipt: r.ReceiptHandle,
		}}
		d.message, d.err = b.Queues.Open(ctx, d.Delivery)
		d.function = b.functionOf(d.Queue)
		stream := d.message.Attributes["source"]
		lane, known := byStream[stream]
		if !known || stream == "" {
			lane = len(lanes)
			byStream[stream] = lane
			lanes = append(lanes, nil)
		}
		lanes[lane] = append(lanes[lane], d)
	}
	return lanes
}

// functionOf returns who handles the messages of a queue.
func (b *batch) functionOf(queue string) string {
	if b.target != "" {
		return b.target
	}
	name, dead := aws.SubscriptionOf(b.Prefix, queue)
	if dead {
		return driver.DeadLetters
	}
	return name
}

// run handles the lanes, each in its order, and returns when all are at their end.
func (b *batch) run(ctx context.Context, lanes [][]delivery) {
	most := b.Concurrency
	if most == 0 {
		most = defaultConcurrency
	}
	slots := make(chan struct{}, most)
	var handling sync.WaitGroup
	for _, lane := range lanes {
		slots <- struct{}{}
		handling.Go(func() {
			defer func() { <-slots }()
			for _, d := range lane {
				b.handle(ctx, d)
			}
		})
	}
	handling.Wait()
}

// handle handles one delivery; when the time is up, it leaves it.
func (b *batch) handle(ctx context.Context, d delivery) {
	if ctx.Err() != nil {
		return
	}
	err := d.err
	if err == nil {
		err = handleSafely(ctx, b.Functions[d.function], d.message)
	}
	if err == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.left, d.ID)
		return
	}
	b.Log.ErrorContext(ctx, "handling failed",
		"function", d.message.Subscription, "event", d.message.ID, "type", d.message.Topic, "error", err)
	if err := b.Queues.Postpone(ctx, d.Delivery, err); err != nil {
		b.Log.WarnContext(ctx, "the pause is the queue's", "event", d.message.ID, "error", err)
	}
}

// handleSafely turns a panic into an error: it is one message's, not the batch's.
func handleSafely(ctx context.Context, handle func(context.Context, driver.Message) error, m driver.Message) (err error) {
	if handle == nil {
		return fmt.Errorf("host: no function for the messages of %s", m.Subscription)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("host: handler of %s panicked: %v", m.Subscription, r)
		}
	}()
	return handle(ctx, m)
}

// response names what is not done, in the order in which it came.
func (b *batch) response(records []events.SQSMessage) events.SQSEventResponse {
	b.mu.Lock()
	defer b.mu.Unlock()
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, r := range records {
		if b.left[r.MessageId] {
			response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: r.MessageId})
		}
	}
	return response
}
