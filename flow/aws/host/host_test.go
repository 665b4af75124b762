package host_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/host"
	"github.com/onevent/onevent/flow/driver"
)

type function = func(context.Context, driver.Message) error

// Queues opens bodies of the form "id stream", and notes what is postponed.
type queues struct {
	mu        sync.Mutex
	postponed []string
}

func (*queues) Open(_ context.Context, d aws.Delivery) (driver.Message, error) {
	id, stream, ok := strings.Cut(d.Body, " ")
	if !ok {
		return driver.Message{}, errors.New("the store is away")
	}
	name, _ := aws.SubscriptionOf("", d.Queue)
	return driver.Message{ID: id, Subscription: name, Attempt: d.Attempt, Attributes: map[string]string{"source": stream}}, nil
}

func (q *queues) Postpone(_ context.Context, d aws.Delivery, err error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.postponed = append(q.postponed, fmt.Sprintf("%s: %v", d.ID, err))
	return nil
}

// batchOf returns the event of a batch: bodies, whose messages SQS calls m0, m1, ….
func batchOf(queue string, bodies ...string) []byte {
	var e events.SQSEvent
	for i, body := range bodies {
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: fmt.Sprintf("m%d", i), Body: body, EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:1:" + queue,
			Attributes: map[string]string{"ApproximateReceiveCount": "3"},
		})
	}
	payload, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return payload
}

// invoke has a host handle an event, and returns its answer.
func invoke(ctx context.Context, t *testing.T, h host.Host, target string, payload []byte) ([]byte, error) {
	t.Helper()
	handler, err := h.Handler(target)
	if err != nil {
		t.Fatal(err)
	}
	return handler.Invoke(ctx, payload)
}

// failures returns the messages that an answer names as failed.
func failures(t *testing.T, answer []byte, err error) []string {
	t.Helper()
	var response events.SQSEventResponse
	if err == nil {
		err = json.Unmarshal(answer, &response)
	}
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, f := range response.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func TestBatchIsAnsweredWithThoseThatFailed(t *testing.T) {
	t.Parallel()
	q := &queues{}
	h := host.Host{Queues: q, Functions: map[string]function{"f": func(_ context.Context, m driver.Message) error {
		switch {
		case m.Attempt != 3 || m.Subscription != "f":
			t.Errorf("got %+v", m)
		case m.ID == "bad":
			return errors.New("refused")
		case m.ID == "mad":
			panic("a function panics")
		}
		return nil
	}}}
	payload := batchOf("onevent-f", "a s/1", "bad s/2", "b s/1", "mad s/3", "lost", "c s/2")
	answer, err := invoke(t.Context(), t, h, "", payload)
	if got := failures(t, answer, err); !slices.Equal(got, []string{"m1", "m3", "m4"}) {
		t.Errorf("failed: %v", got)
	}
	slices.Sort(q.postponed)
	want := []string{"m1: refused", "m3: host: handler of f panicked: a function panics", "m4: the store is away"}
	if !slices.Equal(q.postponed, want) {
		t.Errorf("postponed %q", q.postponed)
	}
	answer, err = invoke(t.Context(), t, h, "f", batchOf("onevent-f", "a s/1"))
	if got := failures(t, answer, err); len(got) != 0 || !strings.Contains(string(answer), `"batchItemFailures":[]`) {
		t.Errorf("a batch that is done is answered with %s", answer)
	}
}

// Streams are handled at the same time, the messages of one in their order.
func TestBatchKeepsTheOrderOfAStream(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	meet := make(chan struct{})
	h := host.Host{Queues: &queues{}, Functions: map[string]function{"f": func(ctx context.Context, m driver.Message) error {
		if m.ID == "1" { // the first of each stream waits for the other
			select {
			case meet <- struct{}{}:
			case <-meet:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		mu.Lock()
		defer mu.Unlock()
		order = append(order, m.Attributes["source"]+m.ID)
		return nil
	}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	answer, err := invoke(ctx, t, h, "", batchOf("onevent-f", "1 a", "2 a", "1 b", "2 b", "3 a"))
	if got := failures(t, answer, err); len(got) != 0 {
		t.Fatalf("failed: %v", got)
	}
	for _, stream := range []string{"a", "b"} {
		var mine []string
		for _, o := range order {
			if strings.HasPrefix(o, stream) {
				mine = append(mine, o)
			}
		}
		if !slices.IsSorted(mine) {
			t.Errorf("the order of %s is %v", stream, mine)
		}
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}, 10), make(chan struct{})
	h := host.Host{Concurrency: 2, Queues: &queues{}, Functions: map[string]function{"f": func(context.Context, driver.Message) error {
		entered <- struct{}{}
		<-release
		return nil
	}}}
	done := make(chan []byte, 1)
	go func() {
		answer, err := invoke(t.Context(), t, h, "", batchOf("onevent-f", "1 a", "2 b", "3 c", "4 d"))
		if err != nil {
			t.Error(err)
		}
		done <- answer
	}()
	<-entered
	<-entered
	select {
	case <-entered:
		t.Error("three are at work")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if got := failures(t, <-done, nil); len(got) != 0 {
		t.Errorf("failed: %v", got)
	}
}

// A function that does not end in time costs its own message and those behind it.
func TestBatchIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	h := host.Host{Grace: time.Hour, Queues: &queues{}, Functions: map[string]function{"f": func(_ context.Context, m driver.Message) error {
		if m.ID == "slow" {
			<-release // it does not look at its context
		}
		return nil
	}}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour+200*time.Millisecond)
	defer cancel()
	answer, err := invoke(ctx, t, h, "", batchOf("onevent-f", "quick a", "slow b", "behind b"))
	if got := failures(t, answer, err); !slices.Equal(got, []string{"m1", "m2"}) {
		t.Errorf("failed: %v", got)
	}
}

func TestDeadLettersAreBuried(t *testing.T) {
	t.Parallel()
	var buried []string
	h := host.Host{Queues: &queues{}, Functions: map[string]function{driver.DeadLetters: func(_ context.Context, m driver.Message) error {
		buried = append(buried, m.Subscription+" "+m.ID)
		return nil
	}}}
	for _, target := range []string{"", driver.DeadLetters} {
		answer, err := invoke(t.Context(), t, h, target, batchOf("onevent-f-dead", "1 a"))
		if got := failures(t, answer, err); len(got) != 0 {
			t.Errorf("failed: %v", got)
		}
	}
	if !slices.Equal(buried, []string{"f 1", "f 1"}) {
		t.Errorf("buried %q", buried)
	}
}

func TestTick(t *testing.T) {
	t.Parallel()
	ticks := 0
	h := host.Host{Tick: func(context.Context) error { ticks++; return nil }}
	for target, payload := range map[string]string{
		"": `{"source":"aws.scheduler","detail-type":"Scheduled Event"}`, host.Tick: `{}`,
	} {
		if _, err := invoke(t.Context(), t, h, target, []byte(payload)); err != nil {
			t.Error(err)
		}
	}
	h.Tick = func(context.Context) error { return errors.New("not all done") }
	if _, err := invoke(t.Context(), t, h, host.Tick, []byte(`{}`)); err == nil || ticks != 2 {
		t.Errorf("%d ticks, and then %v", ticks, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	h := host.Host{Queues: &queues{}, Functions: map[string]function{"f": func(context.Context, driver.Message) error { return nil }}}
	for _, target := range []string{"g", host.Tick, host.Edge} {
		if _, err := h.Handler(target); err == nil {
			t.Errorf("the target %q is taken", target)
		}
	}
	for _, payload := range []string{"", "null", "{}", "[]", `{"Records":[]}`, `{"Records":[{"eventSource":"aws:s3"}]}`, `{"requestContext":{"http":{}}}`} {
		if _, err := invoke(t.Context(), t, h, "", []byte(payload)); err == nil {
			t.Errorf("the event %q is taken", payload)
		}
	}
	answer, err := invoke(t.Context(), t, h, "", batchOf("onevent-unknown", "1 a"))
	if got := failures(t, answer, err); !slices.Equal(got, []string{"m0"}) {
		t.Errorf("a queue of nobody: failed %v", got)
	}
}

func TestEdge(t *testing.T) {
	t.Parallel()
	edge := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if r.URL.Path == "/bytes" {
			_, _ = w.Write([]byte{0xff, 0})
			return
		}
		cookie, _ := r.Cookie("a")
		w.Header().Add("Set-Cookie", "x=1")
		w.Header().Add("Set-Cookie", "y=2")
		w.Header().Add("Vary", "A")
		w.Header().Add("Vary", "B")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "%s %s %s %s %s %s %v", r.Method, r.URL.Path, r.URL.Query().Get("q"), r.Host, r.Header.Get("Idempotency-Key"), body, cookie)
	})
	h := host.Host{Edge: edge}
	for payload, want := range map[string]string{
		`{"version":"2.0","rawPath":"/streams/order/a b","rawQueryString":"q=1%202","cookies":["a=b"],"headers":{"idempotency-key":"k"},"body":"aGk=","isBase64Encoded":true,` +
			`"requestContext":{"domainName":"x.example","http":{"method":"POST","sourceIp":"10.0.0.1"}}}`: `{"statusCode":201,"headers":{"Content-Type":"text/plain; charset=utf-8","Vary":"A, B"},` +
			`"multiValueHeaders":null,"body":"POST /streams/order/a b 1 2 x.example k hi a=b","cookies":["x=1","y=2"]}`,
		`{"rawPath":"/bytes","requestContext":{"http":{"method":"GET"}}}`: `{"statusCode":200,"headers":{"Content-Type":"application/octet-stream"},` +
			`"multiValueHeaders":null,"body":"/wA=","isBase64Encoded":true,"cookies":null}`,
		`{"rawPath":"/","body":"!","isBase64Encoded":true,"requestContext":{"http":{"method":"GET"}}}`: `{"statusCode":400,"headers":null,"multiValueHeaders":null,"body":"the request is broken","cookies":null}`,
	} {
		answer, err := invoke(t.Context(), t, h, "", []byte(payload))
		if err != nil || string(answer) != want {
			t.Errorf("%s\nis answered with %s, %v\nwant             %s", payload, answer, err, want)
		}
	}
}
