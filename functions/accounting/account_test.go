package accounting_test

import (
	"testing"

	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/accounting"
)

func opened(limit money.Cents) credit.Event {
	return credit.AccountOpened{Account: "alice", Limit: limit}
}

func reserved(id string, amount money.Cents) credit.Event {
	return credit.Reserved{Account: "alice", Order: id, Amount: amount}
}

func exceeded(id string, short money.Cents) credit.Event {
	return credit.LimitExceeded{Account: "alice", Order: id, Short: short}
}

func released(id string, amount money.Cents) credit.Event {
	return credit.Released{Account: "alice", Order: id, Amount: amount}
}

func captured(id string, amount money.Cents) credit.Event {
	return credit.Captured{Account: "alice", Order: id, Amount: amount}
}

func closed(id string) credit.Event { return credit.OrderClosed{Account: "alice", Order: id} }

func created(id string, total money.Cents) order.Created {
	return order.Created{Order: id, Consumer: "alice", Total: total}
}

func cancelled(id string) order.Cancelled { return order.Cancelled{Order: id, Consumer: "alice"} }
func completed(id string) order.Completed { return order.Completed{Order: id, Consumer: "alice"} }

func TestOpenAccount(t *testing.T) {
	t.Parallel()
	registered := consumer.Registered{Consumer: "alice", Name: "Alice"}
	decide := func() *flowtest.Decision[accounting.Account, consumer.Registered, credit.Event] {
		return flowtest.Decide(t, accounting.Account.OnConsumerRegistered).When(registered)
	}
	decide().Then(opened(accounting.DefaultLimit))
	decide().Given(exceeded("1", 100)).Then(opened(accounting.DefaultLimit)) // an order was faster
	decide().Given(opened(1000)).ThenNothing()
}

func TestReserveCredit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given []credit.Event
		want  []credit.Event
	}{
		"enough":                  {[]credit.Event{opened(1000)}, []credit.Event{reserved("1", 600)}},
		"just enough":             {[]credit.Event{opened(600)}, []credit.Event{reserved("1", 600)}},
		"a cent short":            {[]credit.Event{opened(599)}, []credit.Event{exceeded("1", 1)}},
		"no account":              {nil, []credit.Event{exceeded("1", 600)}},
		"reserved for others":     {[]credit.Event{opened(1000), reserved("2", 500)}, []credit.Event{exceeded("1", 100)}},
		"released by others":      {[]credit.Event{opened(1000), reserved("2", 500), released("2", 500)}, []credit.Event{reserved("1", 600)}},
		"spent by others":         {[]credit.Event{opened(1000), reserved("2", 500), captured("2", 500)}, []credit.Event{exceeded("1", 100)}},
		"a higher limit":          {[]credit.Event{opened(10), credit.LimitSet{Account: "alice", Limit: 600, Change: 590}}, []credit.Event{reserved("1", 600)}},
		"reserved already":        {[]credit.Event{opened(1000), reserved("1", 600)}, nil},
		"refused already":         {[]credit.Event{opened(100), exceeded("1", 500)}, nil},
		"the cancellation before": {[]credit.Event{opened(1000), released("1", 0)}, []credit.Event{closed("1")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.Decide(t, accounting.Account.OnOrderCreated).Given(c.given...).When(created("1", 600)).Then(c.want...)
		})
	}
}

func TestReleaseCredit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given []credit.Event
		want  []credit.Event
	}{
		"reserved":         {[]credit.Event{opened(1000), reserved("1", 600)}, []credit.Event{released("1", 600)}},
		"refused":          {[]credit.Event{opened(100), exceeded("1", 500)}, []credit.Event{closed("1")}},
		"not heard of":     {[]credit.Event{opened(1000), reserved("2", 600)}, []credit.Event{released("1", 0)}},
		"no account":       {nil, []credit.Event{released("1", 0)}},
		"cancelled before": {[]credit.Event{opened(1000), released("1", 0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.Decide(t, accounting.Account.OnOrderCancelled).Given(c.given...).When(cancelled("1")).Then(c.want...)
		})
	}
}

func TestCaptureCredit(t *testing.T) {
	t.Parallel()
	flowtest.Decide(t, accounting.Account.OnOrderCompleted).
		Given(opened(1000), reserved("1", 600), reserved("2", 300)).When(completed("1")).Then(captured("1", 600))
	flowtest.Decide(t, accounting.Account.OnOrderCompleted).
		Given(opened(1000), reserved("1", 600), captured("1", 600)).When(completed("1")).ThenNothing()
}

func TestSetCreditLimit(t *testing.T) {
	t.Parallel()
	given := []credit.Event{opened(1000), reserved("1", 300), reserved("2", 200), captured("2", 200)}
	set := func(limit money.Cents) *flowtest.Decision[accounting.Account, credit.SetLimit, credit.Event] {
		return flowtest.Decide(t, accounting.Account.SetLimit).When(credit.SetLimit{Account: "alice", Limit: limit})
	}
	set(2000).Given(given...).Then(credit.LimitSet{Account: "alice", Limit: 2000, Change: 1000})
	set(500).Given(given...).Then(credit.LimitSet{Account: "alice", Limit: 500, Change: -500})
	set(499).Given(given...).ThenRefused("limit_too_low")
	set(1000).Given(given...).ThenNothing()
	set(1000).ThenRefused("unknown_account")
}

func TestAnAccountHoldsNoMoreReservationsThanItsStateHasRoomFor(t *testing.T) {
	t.Parallel()
	full := accounting.Account{Opened: true, Limit: credit.MaxLimit, Reservations: map[string]money.Cents{}}
	for i := range accounting.MaxOutstanding {
		full.Reservations[longID(i)] = money.Max
		full.Reserved += money.Max
	}
	if size := len(stored(t, full)); size > 800_000 {
		t.Errorf("a full account takes %d bytes", size)
	}
	out, err := full.OnOrderCreated(created("one-more", 100))
	if err != nil || len(out) != 1 || out[0] != exceeded("one-more", 0) {
		t.Fatalf("decided %v, %v", out, err)
	}
}
