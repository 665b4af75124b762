package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/flow/aws/lambda"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/internal/require"
)

// A rig is a queue that gives a message up after two deliveries, with its mapping to
// a function of the test.
type rig struct {
	t       *testing.T
	queues  *sqs.Client
	calls   *calls
	runtime *lambda.Runtime
	queue   string
	batch   int32
}

func newRig(t *testing.T, function func(events.SQSEvent) string) *rig {
	t.Helper()
	running, err := emulators.Start(t.Context(), emulators.Options{})
	require.Installed(t, "aws", err, emulators.ErrMissing)
	r := &rig{t: t, calls: &calls{next: http.DefaultTransport, count: map[string]int{}}}
	t.Cleanup(func() {
		if err := running.Stop(); err != nil {
			t.Error(err)
		}
	})
	config, err := running.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config.HTTPClient = &http.Client{Transport: r.calls}
	r.queues = sqs.NewFromConfig(config)
	prefix := fmt.Sprintf("t%x", rand.Uint64())
	b, err := aws.NewBroker(aws.BrokerOptions{Config: config, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	r.queue = aws.QueueName(prefix, "f")
	if err := b.Declare(t.Context(), driver.Subscription{Name: "f", AckWithin: time.Second, MaxAttempts: 2}); err != nil {
		t.Fatal(err)
	}
	if r.runtime, err = lambda.NewRuntime(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.runtime.Close() })
	go serve(t.Context(), r.runtime.Address, function)
	return r
}

// serve is the function's program: it asks for invocations until ctx ends.
func serve(ctx context.Context, address string, function func(events.SQSEvent) string) {
	base := "http://" + address + "/2018-06-01/runtime/invocation/"
	for {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, base+"next", http.NoBody)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return
		}
		payload, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		var e events.SQSEvent
		_ = json.Unmarshal(payload, &e)
		id := response.Header.Get("Lambda-Runtime-Aws-Request-Id")
		request, _ = http.NewRequestWithContext(ctx, http.MethodPost, base+id+"/response", bytes.NewReader([]byte(function(e))))
		if response, err = http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}
}

// carry runs the mapping of a queue until done is closed.
func (r *rig) carry(queue string, done <-chan struct{}) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- lambda.Mapping{Queues: r.queues, Queue: queue, Runtime: r.runtime, Timeout: 5 * time.Second, Batch: r.batch}.Run(ctx)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		r.t.Error("the messages did not arrive within a minute")
	}
	cancel()
	if err := <-ended; err != nil {
		r.t.Error(err)
	}
}

// send sends ten messages.
func (r *rig) send() {
	r.t.Helper()
	url := r.url(r.queue)
	var entries []types.SendMessageBatchRequestEntry
	for i := range 10 {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: sdk.String(fmt.Sprint(i)), MessageBody: sdk.String(fmt.Sprint(i))})
	}
	if _, err := r.queues.SendMessageBatch(r.t.Context(), &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) url(queue string) *string {
	r.t.Helper()
	out, err := r.queues.GetQueueUrl(r.t.Context(), &sqs.GetQueueUrlInput{QueueName: &queue})
	if err != nil {
		r.t.Fatal(err)
	}
	return out.QueueUrl
}

// left returns how many messages a queue holds, handed out or not.
func (r *rig) left(queue string) string {
	r.t.Helper()
	const visible, lent = types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible
	out, err := r.queues.GetQueueAttributes(r.t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: r.url(queue), AttributeNames: []types.QueueAttributeName{visible, lent},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out.Attributes[string(visible)] + "+" + out.Attributes[string(lent)]
}

// Calls counts calls to AWS by their name.
type calls struct {
	next  http.RoundTripper
	mu    sync.Mutex
	count map[string]int
}

// RoundTrip implements http.RoundTripper.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.count[r.Header.Get("X-Amz-Target")]++
	c.mu.Unlock()
	return c.next.RoundTrip(r)
}

func (c *calls) of(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count["AmazonSQS."+name]
}

// Ten messages cost one call to receive and one to acknowledge them.
func TestBatchIsAcknowledgedTogether(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	r := newRig(t, func(e events.SQSEvent) string {
		if len(e.Records) != 10 || !strings.HasSuffix(e.Records[0].EventSourceARN, "-f") || e.Records[0].Attributes["ApproximateReceiveCount"] != "1" {
			t.Errorf("got %d messages: %+v", len(e.Records), e.Records)
		}
		close(done)
		return `{"batchItemFailures":[]}`
	})
	r.send()
	r.carry(r.queue, done)
	if n := r.calls.of("DeleteMessageBatch"); n != 1 {
		t.Errorf("%d calls to delete", n)
	}
	if left := r.left(r.queue); left != "0+0" {
		t.Errorf("%s messages are left", left)
	}
}

func TestBatchIsNoLargerThanAsked(t *testing.T) {
	t.Parallel()
	const most = 4
	seen, done := 0, make(chan struct{})
	r := newRig(t, func(e events.SQSEvent) string {
		if len(e.Records) > most {
			t.Errorf("got %d messages", len(e.Records))
		}
		if seen += len(e.Records); seen == 10 {
			close(done)
		}
		return ""
	})
	r.batch = most
	r.send()
	r.carry(r.queue, done)
}

// What failed comes again, alone, and is a dead letter in the end.
func TestFailuresComeAgainAndDie(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	done := make(chan struct{})
	r := newRig(t, func(e events.SQSEvent) string {
		mu.Lock()
		defer mu.Unlock()
		var response events.SQSEventResponse
		for _, m := range e.Records {
			seen[m.Body]++
			switch {
			case strings.HasSuffix(m.EventSourceARN, "-dead"):
				close(done)
			case m.Body == "3":
				response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		answer, _ := json.Marshal(response)
		return string(answer)
	})
	r.send()
	dead := make(chan struct{})
	go func() {
		defer close(dead)
		r.carry(r.queue+"-dead", done)
	}()
	r.carry(r.queue, done)
	<-dead
	mu.Lock()
	defer mu.Unlock()
	want := map[string]int{"3": 3} // twice, and as a dead letter
	for _, i := range []int{0, 1, 2, 4, 5, 6, 7, 8, 9} {
		want[fmt.Sprint(i)] = 1
	}
	if !maps.Equal(seen, want) {
		t.Errorf("the function saw %v", seen)
	}
}

// Of an answer that cannot be, Lambda believes nothing.
func TestBrokenAnswerFailsTheBatch(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"batchItemFailures":[{"itemIdentifier":"unknown"}]}`, `{"batchItemFailures":[{"itemIdentifier":""}]}`, `[`} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			var once sync.Once
			done := make(chan struct{})
			r := newRig(t, func(events.SQSEvent) string {
				once.Do(func() { close(done) })
				return answer
			})
			r.send()
			r.carry(r.queue, done)
			if n := r.calls.of("DeleteMessageBatch"); n != 0 {
				t.Errorf("%d calls to delete", n)
			}
		})
	}
}
