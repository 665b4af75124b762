package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"cloud.google.com/go/pubsub/v2/pstest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// newBroker opens a broker on the emulator.
func newBroker(t testing.TB) *gcp.Broker {
	t.Helper()
	return openBroker(t, needEmulators(t).PubSub, newPrefix())
}

func openBroker(t testing.TB, address, prefix string) *gcp.Broker {
	t.Helper()
	b, err := gcp.NewBroker(context.Background(), gcp.BrokerOptions{Project: "onevent-test", Prefix: prefix, Emulator: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// newFake returns the address of Google's Pub/Sub fake.
func newFake(t *testing.T, options ...pstest.ServerReactorOption) string {
	t.Helper()
	fake := pstest.NewServer(options...)
	t.Cleanup(func() { fake.Close() })
	return fake.Addr
}

// quick is a subscription whose messages come again as soon as can be.
func quick(name string, topics ...string) driver.Subscription {
	return driver.Subscription{Name: name, Topics: topics, MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond}
}

func declare(t *testing.T, b *gcp.Broker, s ...driver.Subscription) {
	t.Helper()
	if err := b.Declare(t.Context(), s...); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, b *gcp.Broker, m ...driver.Message) {
	t.Helper()
	if err := b.Publish(t.Context(), m...); err != nil {
		t.Fatal(err)
	}
}

// receive hands the messages of a subscription on, acknowledged, until the test
// ends.
func receive(t *testing.T, b *gcp.Broker, subscription string) <-chan driver.Message {
	t.Helper()
	messages := make(chan driver.Message, 1000)
	receiveWith(t, b, subscription, func(_ context.Context, m driver.Message) error {
		messages <- m
		return nil
	})
	return messages
}

func receiveWith(t *testing.T, b *gcp.Broker, subscription string, handle func(context.Context, driver.Message) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Receive(ctx, subscription, handle) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("receive %s: %v", subscription, err)
		}
	})
}

// wait returns the next of a channel.
func wait[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(40 * time.Second):
		t.Fatalf("no %s in 40 s", what)
		panic("unreachable")
	}
}

func TestPublishIsOneCallForEachTopic(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	declare(t, b, quick("all", "order.created", "order.paid"))
	before := b.Usage()
	publish(t, b, driver.Message{ID: "1", Topic: "order.created"},
		driver.Message{ID: "2", Topic: "order.paid"}, driver.Message{ID: "3", Topic: "order.created"})
	// Two calls, of which each is billed as 1,000 bytes at the least.
	if used, want := b.Usage().Sub(before), (gcp.Usage{Publishes: 2, Messages: 3, PublishedBytes: 2000}); used != want {
		t.Errorf("used %+v, not %+v", used, want)
	}
	messages, topics := receive(t, b, "all"), map[string]string{}
	for len(topics) < 3 {
		m := wait(t, messages, "message")
		topics[m.ID] = m.Topic + " " + m.Subscription
	}
	if got := fmt.Sprint(topics); got != "map[1:order.created all 2:order.paid all 3:order.created all]" {
		t.Errorf("received %s", got)
	}
	used := b.Usage().Sub(before)
	billed, err := gcp.BilledBytes(driver.Message{ID: "1", Topic: "order.created"})
	if err != nil || used.Deliveries < 3 || used.DeliveredBytes != billed*used.Deliveries {
		t.Errorf("deliveries used %+v, each %d bytes: %v", used, billed, err)
	}
}

func TestWhatADeliveryIsBilledAs(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int64{0: 1000, 800: 1000, 100_000: 100_040} {
		billed, err := gcp.BilledBytes(driver.Message{ID: "1", Topic: "order.created", Data: make([]byte, size)})
		if err != nil || billed < want || billed > want+20 {
			t.Errorf("%d bytes are billed as %d, want about %d: %v", size, billed, want, err)
		}
	}
	if _, err := gcp.BilledBytes(driver.Message{}); err == nil {
		t.Error("a message without an ID has a price")
	}
}

func TestPublishSplitsWhatIsTooMuchForOneCall(t *testing.T) {
	t.Parallel()
	publisher := &sizePublisher{}
	b := openBroker(t, serve(t, func(s *grpc.Server) { pubsubpb.RegisterPublisherServer(s, publisher) }), "")
	large := make([]driver.Message, 4)
	for i := range large {
		large[i] = driver.Message{ID: fmt.Sprint(i), Topic: "order.created", Data: make([]byte, 4_000_000)}
	}
	full := driver.Message{ID: "1", Topic: "order.created", Data: make([]byte, 10_000_000)}
	small := make([]driver.Message, 1001)
	for i := range small {
		small[i] = driver.Message{ID: fmt.Sprint(i), Topic: "order.created"}
	}
	for name, tc := range map[string]struct {
		messages []driver.Message
		calls    int64
	}{"bytes": {large, 2}, "full": {[]driver.Message{full, full}, 2}, "messages": {small, 2}, "none": {nil, 0}} {
		before := b.Usage()
		publish(t, b, tc.messages...)
		if used := b.Usage().Sub(before).Publishes; used != tc.calls {
			t.Errorf("%s: %d calls, not %d", name, used, tc.calls)
		}
	}
	if largest := publisher.largest.Load(); largest > 10_000_100 {
		t.Errorf("a call had %d bytes", largest)
	}
}

// A sizePublisher takes everything, and notes how large a call was.
type sizePublisher struct {
	pubsubpb.UnimplementedPublisherServer
	largest atomic.Int64
}

func (p *sizePublisher) Publish(_ context.Context, r *pubsubpb.PublishRequest) (*pubsubpb.PublishResponse, error) {
	for {
		size, largest := int64(proto.Size(r)), p.largest.Load()
		if size <= largest || p.largest.CompareAndSwap(largest, size) {
			return &pubsubpb.PublishResponse{}, nil
		}
	}
}

func TestPublishOfATooLargeMessagePublishesNothing(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	err := b.Publish(t.Context(), driver.Message{ID: "1", Topic: "order.created"},
		driver.Message{ID: "2", Topic: "order.paid", Data: make([]byte, 10_000_001)})
	if !errors.Is(err, driver.ErrTooLarge) || b.Usage().Publishes != 0 {
		t.Errorf("error is %v after %d calls", err, b.Usage().Publishes)
	}
}

// Whether a publish is made again is for flow to decide. That a topic does not
// exist means that nobody subscribes; that the project does not exist means a
// mistake.
func TestPublishIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code    codes.Code
		message string
		dropped bool
	}{
		{codes.Unavailable, "try again", false},
		{codes.Aborted, "try again", false},
		{codes.NotFound, "Resource not found (resource=order.created).", true},
		{codes.NotFound, "Requested project not found or user does not have access to it (project=x).", false},
	} {
		counter := &publishCounter{}
		address := newFake(t, pstest.ServerReactorOption{FuncName: "Publish", Reactor: counter},
			pstest.WithErrorInjection("Publish", tc.code, tc.message))
		err := openBroker(t, address, "").Publish(t.Context(), driver.Message{ID: "1", Topic: "order.created"})
		if (err == nil) != tc.dropped || counter.calls != 1 {
			t.Errorf("%s %s: error is %v after %d calls", tc.code, tc.message, err, counter.calls)
		}
	}
}

// A publishCounter lets calls through. The fake holds a lock around it.
type publishCounter struct{ calls int }

func (c *publishCounter) React(any) (bool, any, error) {
	c.calls++
	return false, &pubsubpb.PublishResponse{}, nil
}

func TestDeclareSetsWhatTerraformSets(t *testing.T) {
	t.Parallel()
	prefix, address := newPrefix(), needEmulators(t).PubSub
	b := openBroker(t, address, prefix)
	declare(t, b, driver.Subscription{Name: "low", Topics: []string{"order.created"}, AckWithin: 1, MinBackoff: 1, MaxBackoff: 1, MaxAttempts: 1},
		driver.Subscription{Name: "high", Topics: []string{"order.created"}, AckWithin: 1e14, MinBackoff: 1e14, MaxBackoff: 1e14, MaxAttempts: 1e6},
		driver.Subscription{Name: "none", Topics: []string{"order.created"}})
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for name, want := range map[string]string{
		"low": "ack 10, backoff 1ns to 1ns, 5 attempts", "high": "ack 600, backoff 10m0s to 10m0s, 100 attempts",
		"none": "ack 30, backoff 10s to 10m0s, 5 attempts",
	} {
		s, err := pubsubpb.NewSubscriberClient(conn).GetSubscription(t.Context(), &pubsubpb.GetSubscriptionRequest{
			Subscription: "projects/onevent-test/subscriptions/" + prefix + name + "~order.created",
		})
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("ack %d, backoff %v to %v, %d attempts", s.GetAckDeadlineSeconds(),
			s.GetRetryPolicy().GetMinimumBackoff().AsDuration(), s.GetRetryPolicy().GetMaximumBackoff().AsDuration(),
			s.GetDeadLetterPolicy().GetMaxDeliveryAttempts())
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if p := s.GetExpirationPolicy(); p == nil || p.GetTtl().AsDuration() != 0 {
			t.Errorf("%s: expires after %v", name, p.GetTtl())
		}
		if !strings.HasSuffix(s.GetDeadLetterPolicy().GetDeadLetterTopic(), prefix+"dead-letters") {
			t.Errorf("%s: dead letters go to %s", name, s.GetDeadLetterPolicy().GetDeadLetterTopic())
		}
	}
}

func TestReceiveSeesTopicsThatAreAdded(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	declare(t, b, quick("all", "order.created"))
	messages := receive(t, b, "all")
	publish(t, b, driver.Message{ID: "1", Topic: "order.created"})
	wait(t, messages, "message")
	declare(t, b, quick("all", "order.created", "order.paid"))
	publish(t, b, driver.Message{ID: "2", Topic: "order.paid"})
	if m := wait(t, messages, "message of the added topic"); m.ID != "2" {
		t.Errorf("received %+v", m)
	}
}

func TestReceiveOfWhatIsNotDeclared(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	err := b.Receive(t.Context(), "nobody", func(context.Context, driver.Message) error { return nil })
	if !errors.Is(err, driver.ErrNotFound) {
		t.Errorf("error is %v", err)
	}
}

// What another program published without the attributes of a CloudEvent reaches
// the handler, which can say what is wrong with it.
func TestReceiveHandsOnWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	prefix, address := newPrefix(), needEmulators(t).PubSub
	b := openBroker(t, address, prefix)
	declare(t, b, quick("all", "order.created"))
	publishRaw(t, address, prefix+"order.created", &pubsubpb.PubsubMessage{Data: []byte("raw"), Attributes: map[string]string{"x": "y"}})
	m := wait(t, receive(t, b, "all"), "message")
	if m.ID == "" || m.Topic != "order.created" || string(m.Data) != "raw" || len(m.Attributes) != 0 {
		t.Errorf("received %+v", m)
	}
}

func publishRaw(t *testing.T, address, topic string, m *pubsubpb.PubsubMessage) {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = pubsubpb.NewPublisherClient(conn).Publish(t.Context(), &pubsubpb.PublishRequest{
		Topic: "projects/onevent-test/topics/" + topic, Messages: []*pubsubpb.PubsubMessage{m},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCloseWaitsForHandlers(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	declare(t, b, quick("all", "order.created"))
	publish(t, b, driver.Message{ID: "1", Topic: "order.created"})
	began, finish, closed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	receiveWith(t, b, "all", func(ctx context.Context, _ driver.Message) error {
		close(began)
		<-finish
		return ctx.Err()
	})
	wait(t, began, "handler")
	go func() { closed <- b.Close() }()
	for {
		// Closing has begun when nothing new may be received.
		err := b.Receive(t.Context(), "nobody", nil)
		if !errors.Is(err, driver.ErrNotFound) {
			break
		}
	}
	select {
	case err := <-closed:
		t.Errorf("closed while a handler was at work: %v", err)
	default:
	}
	close(finish)
	if err := wait(t, closed, "end of Close"); err != nil {
		t.Error(err)
	}
}

// A handler may see the end of its time before Receive does; what it returns then
// comes too late. The many functions that wait for the same end give it a head
// start.
func TestReceiveDoesNotAcknowledgeLate(t *testing.T) {
	t.Parallel()
	b := openBroker(t, newFake(t), "")
	s := quick("all", "order.created")
	s.AckWithin = 200 * time.Millisecond
	declare(t, b, s)
	deliveries := make(chan int64, 100)
	var n atomic.Int64
	receiveWith(t, b, "all", func(ctx context.Context, _ driver.Message) error {
		mine := n.Add(1)
		if mine < 4 {
			for range 10_000 {
				context.AfterFunc(ctx, func() {})
			}
			<-ctx.Done()
		}
		deliveries <- mine
		return nil
	})
	publish(t, b, driver.Message{ID: "1", Topic: "order.created"})
	// A late handler may return after the next delivery began, and ended.
	seen := map[int64]bool{}
	for range 4 {
		seen[wait(t, deliveries, "delivery")] = true
	}
	if len(seen) != 4 || !seen[4] {
		t.Errorf("deliveries %v, want four", seen)
	}
}
