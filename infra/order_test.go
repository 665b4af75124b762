package infra_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/outside"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/aws/lambda"
	"github.com/onevent/onevent/functions"
)

// orderWithin is how long orders may take; on idle cores it is a quarter of a minute.
const orderWithin = 3 * time.Minute

// runOrders has two orders run through what Terraform made, from the function URL of the
// edge to the log. Of the second one no event is published, since its edge can't reach
// SNS: so it waits for the tick.
func runOrders(t *testing.T, town *town, a *account) {
	t.Helper()
	a.put(townSecret)
	a.run()
	edge := a.url("edge")
	town.edge.Store(edge)

	alice := outside.Commander{URL: town.url, Actor: "alice"}
	send(t, alice, "consumer.register", "alice", map[string]any{"consumer": "alice", "name": "Alice"})
	l := newLedger(t, a)
	l.await("credit", "alice", "credit.account_opened")
	for order, by := range map[string]outside.Commander{"o1": alice, "o2": {URL: lonely(t, a, edge), Actor: "alice"}} {
		send(t, by, "order.place", order, map[string]any{
			"order": order, "consumer": "alice", "restaurant": "roma",
			"items": []map[string]any{{"name": "pizza", "quantity": 2, "price": 950}},
		})
	}
	l.await("delivery", "o1", "delivery.dispatched")
	if got := l.types("order", "o2"); !slices.Equal(got, []string{"order.created"}) {
		t.Errorf("an event that was not published was handled: %v", got)
	}
	a.tick()
	orders := []string{"o1", "o2"}
	carlo := outside.Commander{URL: town.url, Actor: "carlo"}
	for _, order := range orders {
		l.await("delivery", order, "delivery.dispatched")
		send(t, carlo, "delivery.pick_up", order, map[string]any{"delivery": order})
		send(t, carlo, "delivery.deliver", order, map[string]any{"delivery": order})
	}
	for _, order := range orders {
		l.await("payment", order, "payment.settled")
		l.await("order", order, "order.completed")
		if got, want := l.types("order", order), []string{"order.created", "order.approved", "order.completed"}; !slices.Equal(got, want) {
			t.Errorf("order %s: %v", order, got)
		}
	}
	l.until("the account is not charged", func() bool {
		captured := slices.DeleteFunc(l.types("credit", "alice"), func(event string) bool { return event != "credit.captured" })
		return len(captured) == len(orders)
	})
	l.until("the view does not have both orders", func() bool {
		document, _ := l.system.Document(t.Context(), "revenue", "roma")
		return string(document) == `{"orders":2,"cents":3800}`
	})
	l.until("messages are left", func() bool { return len(a.waiting()) == 0 })
}

func send(t *testing.T, by outside.Commander, command, key string, fields map[string]any) {
	t.Helper()
	status, err := by.Send(t.Context(), command, command+"-"+key, fields)
	if err != nil || status != http.StatusCreated {
		t.Fatalf("%s %s: status %d, %v", command, key, status, err)
	}
}

// lonely returns where an edge serves that can't reach SNS.
func lonely(t *testing.T, a *account, edge *lambda.URL) string {
	t.Helper()
	for _, f := range a.functions {
		if f.name == edge.Function {
			f.env = append(slices.Clip(f.env), "AWS_ENDPOINT_URL_SNS=http://127.0.0.1:1")
			server := httptest.NewServer(lambda.URL{Function: f.name, Runtime: a.start(f).runtime, Timeout: f.timeout})
			t.Cleanup(server.Close)
			return server.URL
		}
	}
	t.Fatal("there is no edge")
	return ""
}

// A ledger reads the log and the views that are in the tables.
type ledger struct {
	t        *testing.T
	system   *flow.System
	deadline time.Time
}

func newLedger(t *testing.T, a *account) *ledger {
	t.Helper()
	store, err := aws.OpenStore(aws.StoreOptions{Config: a.config})
	if err != nil {
		t.Fatal(err)
	}
	broker, err := aws.NewBroker(aws.BrokerOptions{Config: a.config, Store: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = broker.Close() }) // it published nothing
	system, err := flow.New(functions.App(functions.Settings{}), aws.Platform(store, broker))
	if err != nil {
		t.Fatal(err)
	}
	return &ledger{t, system, time.Now().Add(orderWithin)}
}

// types returns the types of the events of a stream; none if there is none.
func (l *ledger) types(namespace, key string) (types []string) {
	l.t.Helper()
	for e, err := range l.system.Stream(l.t.Context(), namespace, key) {
		if errors.Is(err, flow.ErrUnknown) {
			break
		}
		if err != nil {
			l.t.Fatal(err)
		}
		types = append(types, e.Type)
	}
	return types
}

// await waits until a stream has an event of a type.
func (l *ledger) await(namespace, key, event string) {
	l.t.Helper()
	l.until(namespace+"/"+key+" has no "+event, func() bool { return slices.Contains(l.types(namespace, key), event) })
}

// until waits until something holds.
func (l *ledger) until(otherwise string, holds func() bool) {
	l.t.Helper()
	for !holds() {
		if time.Now().After(l.deadline) {
			l.t.Fatal(otherwise)
		}
		time.Sleep(200 * time.Millisecond)
	}
}
