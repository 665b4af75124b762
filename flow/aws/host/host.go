// Package host serves functions on Lambda: batches of messages from SQS, HTTP by a
// function URL or an HTTP API, and the tick of EventBridge Scheduler.
//
// FUNCTION_TARGET says which function an instance is. Without it, it is all of
// them, and each event says for whom it is: a batch by its queue, as package aws
// names it; HTTP is for the edge; a scheduled event is a tick.
//
// The event source mapping of a queue must have ReportBatchItemFailures: a batch is
// answered with the messages that failed, and Lambda deletes the others, together.
package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
)

// The targets that are no functions.
const (
	// Tick is the target of the scheduler.
	Tick = "tick"
	// Edge is the target of HTTP.
	Edge = "edge"
)

const (
	// defaultGrace is what a batch leaves of its time for the answer.
	defaultGrace = 500 * time.Millisecond
	// defaultConcurrency is how many streams of a batch are at work at once.
	defaultConcurrency = 10
)

// Queues are where messages come from; a *aws.Broker is one.
type Queues interface {
	// Open returns the message of a delivery.
	Open(ctx context.Context, d aws.Delivery) (driver.Message, error)
	// Postpone has a delivery that failed come again after a pause.
	Postpone(ctx context.Context, d aws.Delivery, err error) error
}

// A Host is what one Lambda function serves: all of it, or the part that
// FUNCTION_TARGET names.
type Host struct {
	// Functions handle messages, by the name of their subscription. A message whose
	// function returned nil is done; one for which it returned an error comes again.
	Functions map[string]func(context.Context, driver.Message) error
	// Tick does what has fallen due; nil if there is no tick.
	Tick func(context.Context) error
	// Edge answers HTTP; nil if there is no edge.
	Edge http.Handler
	// Queues are where the messages come from.
	Queues Queues
	// Prefix is that of the queues; empty means aws.DefaultPrefix.
	Prefix string
	// Concurrency is how many streams of a batch are at work at once; 0 means 10. The
	// messages of one stream come one after the other.
	Concurrency int
	// Grace is what a batch leaves of the function's time for its answer; 0 means
	// half a second.
	Grace time.Duration
	// Log takes the errors of functions; nil means that nobody does.
	Log *slog.Logger
}

// Handler returns the handler for a target, or for all if it is empty. It is what
// Serve serves.
func (h Host) Handler(target string) (lambda.Handler, error) {
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	known := target == "" || target == Tick && h.Tick != nil || target == Edge && h.Edge != nil || h.Functions[target] != nil
	if !known {
		return nil, fmt.Errorf("host: no function %q", target)
	}
	return invoker{h, target}, nil
}

// Serve serves Lambda's invocations. It ends the process when Lambda does.
func (h Host) Serve(ctx context.Context, target string) error {
	handler, err := h.Handler(target)
	if err != nil {
		return err
	}
	lambda.StartWithOptions(handler, lambda.WithContext(ctx))
	return nil
}

// An invoker handles invocations.
type invoker struct {
	Host

	target string
}

// An event is what tells the kinds of events apart.
type event struct {
	Records []struct {
		Source string `json:"eventSource"`
	}
	DetailType string `json:"detail-type"`
	Context    struct {
		HTTP json.RawMessage `json:"http"`
	} `json:"requestContext"`
}

var errUnknownEvent = errors.New("host: neither messages, nor HTTP, nor a scheduled event")

// Invoke handles one invocation.
func (i invoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("host: event: %w", err)
	}
	switch {
	case len(e.Records) > 0 && e.Records[0].Source == "aws:sqs":
		return i.messages(ctx, payload)
	case e.Context.HTTP != nil && i.Edge != nil && i.is(Edge):
		return i.request(ctx, payload)
	case i.target == Tick || e.DetailType == "Scheduled Event" && i.Tick != nil && i.is(Tick):
		return []byte("null"), i.Tick(ctx)
	default:
		return nil, errUnknownEvent
	}
}

func (i invoker) is(target string) bool { return i.target == "" || i.target == target }
