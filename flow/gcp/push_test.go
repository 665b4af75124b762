package gcp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	cloudevents "github.com/cloudevents/sdk-go/v2"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
	"github.com/onevent/onevent/flow/gcp/host"
)

type function = func(context.Context, driver.Message) error

// from returns the endpoints below a URL.
func from(url string) func(string) string {
	return func(subscription string) string { return url + "/" + subscription }
}

// send returns a function that hands messages on and returns err.
func send(messages chan<- driver.Message, err error) function {
	return func(_ context.Context, m driver.Message) error {
		messages <- m
		return err
	}
}

func declarePush(t *testing.T, b *gcp.Broker, url string, s ...driver.Subscription) {
	t.Helper()
	if err := b.DeclarePush(t.Context(), from(url), s...); err != nil {
		t.Fatal(err)
	}
}

// serveHost serves a host without the framework, which is once in a process.
func serveHost(t *testing.T, functions map[string]function) (url string) {
	t.Helper()
	handler, err := host.Host{Functions: functions}.Handler("")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// The way of an event in the cloud: published, pushed by Pub/Sub, served by the
// functions framework, handled; and again, where the handler failed.
func TestPushReachesTheFunction(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	handled := make(chan driver.Message, 10)
	var failures atomic.Int64
	port := serveFramework(t, host.Host{Bind: "127.0.0.1", Functions: map[string]function{
		"reserve-credit": func(_ context.Context, m driver.Message) error {
			if failures.Add(1) <= 2 {
				return errors.New("not yet")
			}
			handled <- m
			return nil
		},
	}})
	declarePush(t, b, "http://127.0.0.1:"+port, quick("reserve-credit", "order.created"))
	sent := driver.Message{ID: "0f-0", Topic: "order.created", Data: []byte(`{"total":1}`), Attributes: map[string]string{
		"specversion": "1.0", "source": "/streams/order/42", "datacontenttype": "application/json",
		"actor": " Jörg\n100% ", "long": strings.Repeat("ü", 512),
	}}
	publish(t, b, sent)
	got := wait(t, handled, "message")
	sent.Subscription = "reserve-credit"
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", sent) {
		t.Errorf("handled %+v\nwant    %+v", got, sent)
	}
	if n := failures.Load(); n != 3 {
		t.Errorf("delivered %d times", n)
	}
}

// serveFramework serves a host with Google's functions framework until the test
// ends.
func serveFramework(t *testing.T, h host.Host) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(ctx, port) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return port
}

// A message that is given up is a dead letter, which says whose it was, pulled or
// pushed.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	for name, pushed := range map[string]bool{"pulled": false, "pushed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroker(t)
			dead, failed := make(chan driver.Message, 10), make(chan driver.Message, 100)
			url := serveHost(t, map[string]function{
				"reserve-credit":   send(failed, errors.New("no")),
				driver.DeadLetters: send(dead, nil),
			})
			endpoint := func(s string) string {
				if s == driver.DeadLetters && !pushed {
					return ""
				}
				return from(url)(s)
			}
			if err := b.DeclarePush(t.Context(), endpoint, quick("reserve-credit", "order.created")); err != nil {
				t.Fatal(err)
			}
			if !pushed {
				receiveWith(t, b, driver.DeadLetters, send(dead, nil))
			}
			publish(t, b, driver.Message{ID: "0f-0", Topic: "order.created", Data: []byte("{}")})
			m := wait(t, dead, "dead letter")
			if m.ID != "0f-0" || m.Topic != "order.created" || string(m.Data) != "{}" || len(m.Attributes) != 0 {
				t.Errorf("the dead letter is %+v", m)
			}
			if m.Subscription != "reserve-credit" {
				t.Errorf("%s gave up", m.Subscription)
			}
			if len(failed) < 5 {
				t.Errorf("given up after %d deliveries", len(failed))
			}
		})
	}
}

// What is pushed is a CloudEvent to everybody, not only to this package.
func TestPushIsACloudEvent(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	events := make(chan *cloudevents.Event, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := cloudevents.NewEventFromHTTPRequest(r)
		if err != nil {
			t.Errorf("no CloudEvent: %v", err)
		}
		w.WriteHeader(http.StatusNoContent)
		events <- event
	}))
	defer server.Close()
	declarePush(t, b, server.URL, quick("reserve-credit", "order.created"))
	publish(t, b, driver.Message{ID: "0f-0", Topic: "order.created", Data: []byte(`{"total":1}`), Attributes: map[string]string{
		"specversion": "1.0", "source": "/streams/order/42", "time": "2026-01-02T03:04:05.000006Z",
		"datacontenttype": "application/json", "correlationid": "c1",
	}})
	e := wait(t, events, "event")
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	if e.ID() != "0f-0" || e.Type() != "order.created" || e.Source() != "/streams/order/42" ||
		e.DataContentType() != "application/json" || string(e.Data()) != `{"total":1}` || e.Extensions()["correlationid"] != "c1" {
		t.Errorf("the event is %v", e)
	}
}

// A message that is no event must reach the function, which can park it.
func TestPushOfWhatIsNoEvent(t *testing.T) {
	t.Parallel()
	prefix, address := newPrefix(), needEmulators(t).PubSub
	b := openBroker(t, address, prefix)
	handled := make(chan driver.Message, 10)
	url := serveHost(t, map[string]function{"reserve-credit": send(handled, nil)})
	declarePush(t, b, url, quick("reserve-credit", "order.created"))
	publishRaw(t, address, prefix+"order.created", &pubsubpb.PubsubMessage{Data: []byte("raw")})
	m := wait(t, handled, "message")
	if m.ID == "" || m.Topic != "order.created" || m.Subscription != "reserve-credit" || string(m.Data) != "raw" || len(m.Attributes) != 0 {
		t.Errorf("handled %+v", m)
	}
}

// A host that comes back elsewhere is pushed to again.
func TestDeclarePushMovesTheEndpoint(t *testing.T) {
	t.Parallel()
	b := newBroker(t)
	declarePush(t, b, "http://127.0.0.1:1", quick("reserve-credit", "order.created"))
	handled := make(chan driver.Message, 10)
	url := serveHost(t, map[string]function{"reserve-credit": send(handled, nil)})
	declarePush(t, b, url, quick("reserve-credit", "order.created"))
	publish(t, b, driver.Message{ID: "0f-0", Topic: "order.created"})
	if m := wait(t, handled, "message"); m.ID != "0f-0" {
		t.Errorf("handled %+v", m)
	}
}
