package aws

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/usage"
)

const (
	// maxReceive is the most messages of one call to SQS.
	maxReceive = 10
	// waitSeconds is how long a call waits for the first. A call is not cut short when
	// Receive is to end: SQS would lend its messages to nobody.
	waitSeconds = 2
	// receiveWithin bounds a call.
	receiveWithin = 15 * time.Second
)

// Receive polls. In production Lambda polls and calls functions; this is for tests,
// for tools, and for the dead letters. Of these it sees queues that are declared
// meanwhile only if they are declared through this Broker.
func (b *Broker) Receive(ctx context.Context, subscription string, handle func(context.Context, driver.Message) error) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return fmt.Errorf("aws: receive %s: %w", subscription, errClosed)
	}
	b.receiving.Add(1)
	b.mu.Unlock()
	defer b.receiving.Done()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(b.life, cancel)() //nolint:contextcheck // Close ends it too
	r := &receiver{broker: b, handle: handle, fail: make(chan error, 1)}
	err := r.run(ctx, subscription)
	cancel()
	r.polling.Wait()
	return err
}

// A receiver is one call of Receive.
type receiver struct {
	broker  *Broker
	handle  func(context.Context, driver.Message) error
	polling sync.WaitGroup
	fail    chan error
}

// run polls all queues of a subscription until ctx ends or one fails.
func (r *receiver) run(ctx context.Context, subscription string) error {
	polled := map[string]bool{}
	for {
		declared, changed := r.broker.recall(subscription)
		names := []string{r.broker.prefix + subscription}
		var err error
		if subscription == driver.DeadLetters {
			names, err = r.broker.deadQueues(ctx)
		}
		for _, name := range names {
			if err != nil || polled[name] {
				continue
			}
			polled[name] = true
			var p *poller
			if p, err = r.poller(ctx, name, declared); err == nil {
				r.polling.Go(func() { p.run(ctx) })
			}
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the end of ctx is no failure
		}
		if err != nil {
			return failed(ctx, "receive "+subscription, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-r.fail:
			return err
		case <-changed:
		}
	}
}

// poller returns who polls a queue.
func (r *receiver) poller(ctx context.Context, name string, declared driver.Subscription) (*poller, error) {
	url, err := r.broker.queueURL(ctx, name)
	if err != nil {
		return nil, err
	}
	within := declared.AckWithin
	if within == 0 {
		text, err := r.broker.attribute(ctx, url, types.QueueAttributeNameVisibilityTimeout)
		if err != nil {
			return nil, err
		}
		seconds, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("visibility timeout %q: %w", text, err)
		}
		within = max(time.Duration(seconds)*time.Second, minVisibility)
	}
	return &poller{
		receiver: r, name: name, url: url, within: within, declared: declared,
		slots: make(chan struct{}, declared.Concurrency), answers: newAnswers(r.broker, url),
	}, nil
}

// A poller receives the messages of one queue.
type poller struct {
	*receiver

	name, url string
	within    time.Duration
	declared  driver.Subscription
	slots     chan struct{} // as many as handlers may be at work
	answers   *answers
}

// run polls until ctx ends, and waits for the handlers at work and their answers.
func (p *poller) run(ctx context.Context) {
	var handling sync.WaitGroup
	for {
		free := p.take(ctx)
		if free == 0 {
			break
		}
		messages, err := p.receive(ctx, free)
		for range free - len(messages) {
			<-p.slots
		}
		for _, m := range messages {
			handling.Go(func() {
				defer func() { <-p.slots }()
				if ctx.Err() != nil {
					p.answers.later(sdk.ToString(m.ReceiptHandle), 0) // somebody else may have it
					return
				}
				p.process(ctx, m)
			})
		}
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			select {
			case p.fail <- failed(ctx, "receive "+p.name, err):
			default: // another one failed already
			}
		}
		break
	}
	handling.Wait()
	p.answers.close()
}

// take waits for a free slot, takes up to maxReceive of them, and returns how many;
// 0 when ctx ends.
func (p *poller) take(ctx context.Context) int {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	if ctx.Err() != nil {
		return 0
	}
	for n := 1; n < maxReceive; n++ {
		select {
		case p.slots <- struct{}{}:
		default:
			return n
		}
	}
	return maxReceive
}

func (p *poller) receive(ctx context.Context, most int) ([]types.Message, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiveWithin)
	defer cancel()
	out, err := p.broker.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &p.url, MaxNumberOfMessages: int32(most), WaitTimeSeconds: waitSeconds, //nolint:gosec // at most 10
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameApproximateReceiveCount},
	})
	size := 0
	if out != nil {
		for _, m := range out.Messages {
			size += len(sdk.ToString(m.Body))
		}
	}
	p.broker.meter.Add(Usage{Requests: usage.Units(size, chunk)})
	if err != nil {
		return nil, err
	}
	return out.Messages, nil
}

// process handles a message, and deletes it if that succeeds. It gives it back when
// the time is up, and returns when the handler has.
func (p *poller) process(ctx context.Context, received types.Message) {
	// A handler at work may finish when Receive is to end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.within)
	defer cancel()
	receipt := sdk.ToString(received.ReceiptHandle)
	attempt, _ := strconv.Atoi(received.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	later := func(err error) { p.answers.later(receipt, pauseFor(err, p.declared, attempt)) }
	given := make(chan struct{})
	giveBack := context.AfterFunc(ctx, func() {
		later(nil)
		close(given)
	})
	m, err := p.broker.Open(ctx, Delivery{Queue: p.name, ID: sdk.ToString(received.MessageId), Body: sdk.ToString(received.Body), Attempt: attempt})
	if err == nil {
		err = handleSafely(ctx, p.handle, m)
	}
	switch inTime := giveBack(); {
	case !inTime:
		<-given
	case err != nil, ctx.Err() != nil: // the handler may see the end first
		later(err)
	default:
		p.answers.done(receipt)
	}
}

// handleSafely turns a panic into an error.
func handleSafely(ctx context.Context, handle func(context.Context, driver.Message) error, m driver.Message) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("aws: handler of %s panicked: %v", m.Subscription, r)
		}
	}()
	return handle(ctx, m)
}

// pauseFor returns the pause before a message whose handler failed comes again:
// what the error asks for, or one that is doubled with each attempt.
func pauseFor(err error, s driver.Subscription, attempt int) time.Duration {
	var later interface{ After() time.Duration }
	if errors.As(err, &later) {
		return later.After()
	}
	pause := s.MinBackoff
	for n := 1; n < attempt && pause < s.MaxBackoff; n++ {
		pause *= 2
	}
	return min(pause, s.MaxBackoff)
}
