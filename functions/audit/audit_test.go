package audit_test

import (
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/delivery"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/functions/audit"
)

// logOf returns a log with these events, each a record of its own.
func logOf(t *testing.T, events ...flow.Event) []flow.Recorded {
	t.Helper()
	seqs := map[string]uint64{}
	var log []flow.Recorded
	for i, e := range events {
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		stream := flow.StreamOf(e)
		seqs[stream]++
		log = append(log, flow.Recorded{Type: e.Type(), Stream: stream, Seq: seqs[stream], Time: flow.Time(i + 1), Data: data})
	}
	return log
}

func reading(log []flow.Recorded, last error) iter.Seq2[flow.Recorded, error] {
	return func(yield func(flow.Recorded, error) bool) {
		for _, e := range log {
			if !yield(e, nil) {
				return
			}
		}
		if last != nil {
			yield(flow.Recorded{}, last)
		}
	}
}

func check(t *testing.T, log []flow.Recorded) audit.Report {
	t.Helper()
	report, err := audit.Check(reading(log, nil))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func opened(limit money.Cents) flow.Event {
	return credit.AccountOpened{Account: "alice", Limit: limit}
}

func created(id string) flow.Event {
	return order.Created{Order: id, Consumer: "alice", Total: 600, Items: []order.Item{{Name: "soup", Quantity: 2, Price: 300}}}
}

func approved(id string) flow.Event  { return order.Approved{Order: id} }
func completed(id string) flow.Event { return order.Completed{Order: id} }
func cancelled(id string) flow.Event { return order.Cancelled{Order: id} }

func refundDue(id string) flow.Event { return order.RefundDue{Order: id, Amount: 600} }

func reserved(id string, amount money.Cents) flow.Event {
	return credit.Reserved{Account: "alice", Order: id, Amount: amount}
}

func released(id string, amount money.Cents) flow.Event {
	return credit.Released{Account: "alice", Order: id, Amount: amount}
}

func captured(id string, amount money.Cents) flow.Event {
	return credit.Captured{Account: "alice", Order: id, Amount: amount}
}

func paid(id string, amount money.Cents) flow.Event {
	return payment.Captured{Payment: id, Amount: amount}
}

func refunded(id string, amount money.Cents) flow.Event {
	return payment.Refunded{Payment: id, Amount: amount}
}

func settled(id string, amount money.Cents) flow.Event {
	return payment.Settled{Payment: id, Amount: amount}
}

func bounced(id string, amount money.Cents) flow.Event {
	return payment.Bounced{Payment: id, Amount: amount}
}

// begun is an order up to its payment; good is one to its good end.
func begun(id string) []flow.Event {
	return []flow.Event{created(id), reserved(id, 600), approved(id), paid(id, 600)}
}

func good(id string) []flow.Event { return append(begun(id), completed(id), captured(id, 600)) }

func TestALogInWhichAllIsWell(t *testing.T) {
	t.Parallel()
	report := check(t, logOf(t, slices.Concat(
		[]flow.Event{opened(600), credit.LimitSet{Account: "alice", Limit: 1800, Change: 1200}},
		[]flow.Event{created("1"), reserved("1", 600), approved("1"), settled("1", 600)}, // the report was faster
		[]flow.Event{paid("1", 600), completed("1"), captured("1", 600), bounced("1", 600)},
		[]flow.Event{created("2"), reserved("2", 600), cancelled("2"), released("2", 600)},
		[]flow.Event{created("3"), cancelled("3"), released("3", 0)}, // the cancellation was faster
		[]flow.Event{
			created("6"), reserved("6", 600), approved("6"),
			ticket.Created{Ticket: "6"},
			delivery.Scheduled{Delivery: "6"},
			cancelled("6"), released("6", 600),
			ticket.Cancelled{Ticket: "6"},
			delivery.Cancelled{Delivery: "6"},
		},
		begun("4"), []flow.Event{cancelled("4"), released("4", 600), refundDue("4"), refunded("4", 600)},
		[]flow.Event{
			created("5"),
			credit.LimitExceeded{Account: "alice", Order: "5"},
			cancelled("5"),
			credit.OrderClosed{Account: "alice", Order: "5"},
		},
	)...))
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	if report.Orders != 6 || report.Completed != 1 || report.Cancelled != 5 || report.Open != 0 {
		t.Fatalf("%+v", report)
	}
}

func TestEachViolationIsFound(t *testing.T) {
	t.Parallel()
	open := []flow.Event{opened(1000)}
	for name, c := range map[string]struct {
		events []flow.Event
		want   string // part of a violation
	}{
		"more reserved than the limit":        {append([]flow.Event{opened(500)}, good("1")...), "credit/alice 2, credit.reserved: account alice has 6.00 reserved and 0.00 captured, its limit is 5.00"},
		"more captured and reserved":          {slices.Concat(open, good("1"), good("2")), "account alice has 6.00 reserved and 6.00 captured, its limit is 10.00"},
		"a limit below what is captured":      {slices.Concat(open, good("1"), []flow.Event{credit.LimitSet{Account: "alice", Limit: 500, Change: -500}}), "0.00 reserved and 6.00 captured, its limit is 5.00"},
		"a limit that is not what it changed": {append(open, credit.LimitSet{Account: "alice", Limit: 1300, Change: 200}), "account alice gets the limit 13.00 by a change to 12.00"},
		"less than nothing reserved":          {append(open, created("1"), cancelled("1"), released("1", 600)), "account alice has -6.00 reserved"},
		"more released than reserved":         {append(open, created("1"), reserved("1", 600), cancelled("1"), released("1", 700)), "order 1 holds 6.00 of credit, not 7.00"},
		"less released than reserved":         {append(open, created("1"), reserved("1", 600), cancelled("1"), released("1", 500)), "order 1 has ended and still holds 1.00 of credit"},
		"released twice":                      {append(open, created("1"), reserved("1", 600), cancelled("1"), released("1", 600), released("1", 0)), "order 1 gave its credit back before"},
		"reserved twice":                      {slices.Concat([]flow.Event{opened(2000)}, begun("1"), []flow.Event{reserved("1", 600)}), "order 1 had credit before"},
		"reserved after the release":          {append(open, created("1"), cancelled("1"), released("1", 0), reserved("1", 600)), "order 1 had credit before, or was to get none"},
		"reserved other than the total":       {append(open, created("1"), reserved("1", 500)), "order 1 costs 6.00, and gets 5.00 of credit"},
		"released and not cancelled":          {append(open, created("1"), reserved("1", 600), released("1", 600)), "order 1 is not cancelled"},
		"captured and not completed":          {append(open, created("1"), reserved("1", 600), captured("1", 600)), "order 1 is not completed"},
		"credit left behind":                  {append(open, created("1"), reserved("1", 600), cancelled("1")), "order 1 has ended and still holds 6.00 of credit"},
		"completed and nothing captured":      {slices.Concat(open, begun("1"), []flow.Event{completed("1")}), "order 1 is completed with 0.00 of credit captured, its total is 6.00"},
		"completed twice":                     {slices.Concat(open, good("1"), []flow.Event{completed("1")}), "order/1 4, order.completed: order 1 had ended"},
		"completed and cancelled":             {slices.Concat(open, good("1"), []flow.Event{cancelled("1")}), "order/1 4, order.cancelled: order 1 had ended"},
		"cancelled and completed":             {slices.Concat(open, begun("1"), []flow.Event{cancelled("1"), completed("1")}), "order.completed: order 1 had ended"},
		"approved after the end":              {append(open, created("1"), reserved("1", 600), cancelled("1"), approved("1")), "order.approved: order 1 had ended"},
		"approved without credit":             {append(open, created("1"), approved("1")), "order 1 has no credit"},
		"never ended":                         {append(open, created("1")), "order 1 has not ended"},
		"created twice":                       {append(open, created("1"), created("1")), "order 1 was there before"},
		"never created":                       {append(open, cancelled("1")), "order 1 was never created"},
		"a total that is none":                {append(open, order.Created{Order: "1", Total: 5}), "the total is 0.05, the items cost 0.00"},
		"completed and not paid":              {append(open, created("1"), reserved("1", 600), approved("1"), completed("1"), captured("1", 600)), "order 1 is completed and not paid"},
		"paid after completion":               {append(open, created("1"), reserved("1", 600), completed("1"), paid("1", 600)), "order.completed: order 1 is not paid"},
		"paid twice":                          {slices.Concat(open, begun("1"), []flow.Event{paid("1", 600)}), "order 1 costs 6.00, and 6.00 were paid before"},
		"paid other than the total":           {append(open, created("1"), reserved("1", 600), paid("1", 500)), "order 1 costs 6.00, and 0.00 were paid before"},
		"paid, cancelled and not refunded":    {slices.Concat(open, begun("1"), []flow.Event{cancelled("1"), released("1", 600), refundDue("1")}), "order 1 is not completed, 6.00 were paid and 0.00 refunded"},
		"refunded and completed":              {slices.Concat(open, good("1"), []flow.Event{refunded("1", 600)}), "order 1: 6.00 were paid and 0.00 refunded before, cancelled is false"},
		"refunded twice":                      {slices.Concat(open, begun("1"), []flow.Event{cancelled("1"), refunded("1", 600), refunded("1", 600)}), "6.00 were paid and 6.00 refunded before"},
		"a refund due that is not":            {slices.Concat(open, good("1"), []flow.Event{refundDue("1")}), "order 1 is not one that was cancelled and paid with 6.00"},
		"settled twice":                       {slices.Concat(open, good("1"), []flow.Event{settled("1", 600), settled("1", 600)}), "order 1 costs 6.00, and 6.00 were settled before"},
		"settled other than the total":        {slices.Concat(open, good("1"), []flow.Event{settled("1", 599)}), "order 1 costs 6.00, and 0.00 were settled before"},
		"settled and never paid":              {append(open, created("1"), cancelled("1"), released("1", 0), settled("1", 600)), "order 1 is not paid, and 6.00 are settled"},
		"bounced and never paid":              {append(open, created("1"), cancelled("1"), released("1", 0), bounced("1", 600)), "order 1: 0.00 were paid, and 0.00 bounced before"},
		"bounced twice":                       {slices.Concat(open, good("1"), []flow.Event{bounced("1", 600), bounced("1", 600)}), "order 1: 6.00 were paid, and 6.00 bounced before"},
		"a ticket left behind":                {append(open, created("1"), ticket.Created{Ticket: "1"}, cancelled("1"), released("1", 0)), "order 1 is cancelled, and its ticket is not"},
		"a ticket that was not wanted":        {append(open, created("1"), cancelled("1"), released("1", 0), ticket.Cancelled{Ticket: "1"}, ticket.Created{Ticket: "1"}, ticket.Expired{Ticket: "1"}), "ticket/1 2, ticket.created: the ticket of order 1 was cancelled before"},
		"a courier left behind":               {append(open, created("1"), cancelled("1"), released("1", 0), delivery.Cancelled{Delivery: "1"}, delivery.Dispatched{Delivery: "1"}), "order 1 is cancelled, and its delivery is neither"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, check(t, logOf(t, c.events...)), c.want)
		})
	}
}

func expect(t *testing.T, report audit.Report, want string) {
	t.Helper()
	if !slices.ContainsFunc(report.Violations, func(v string) bool { return strings.Contains(v, want) }) {
		t.Errorf("violations %q, want one with %q", report.Violations, want)
	}
	if err := report.Err(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

func TestGapsAndForksAreFound(t *testing.T) {
	t.Parallel()
	whole := logOf(t, append([]flow.Event{opened(1000)}, good("1")...)...)
	without := func(i int) []flow.Recorded { return slices.Delete(slices.Clone(whole), i, i+1) }
	expect(t, check(t, without(0)), "credit/alice 2, credit.reserved: follows event 0 of its stream")
	expect(t, check(t, without(3)), "order/1 3, order.completed: follows event 1 of its stream")

	forked := slices.Insert(slices.Clone(whole), 6, whole[5])
	expect(t, check(t, forked), "order/1 3, order.completed: follows event 3 of its stream")
	expect(t, check(t, forked), "order/1 3, order.completed: stands after order/1 3, which is later")

	swapped := slices.Clone(whole)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	expect(t, check(t, swapped), "order/1 1, order.created: stands after credit/alice 2, which is later")
}

func TestOpenOrdersAreCounted(t *testing.T) {
	t.Parallel()
	report := check(t, logOf(t, opened(1000), created("1"), created("2"), cancelled("2"), released("2", 0)))
	if report.Orders != 2 || report.Open != 1 || report.Cancelled != 1 || report.Completed != 0 {
		t.Fatalf("%+v", report)
	}
}

func TestViolationsBeyondTheLimitAreCounted(t *testing.T) {
	t.Parallel()
	var events []flow.Event
	for i := range audit.MaxViolations + 7 {
		events = append(events, created("o"+strings.Repeat("x", i)))
	}
	report := check(t, logOf(t, events...))
	if len(report.Violations) != audit.MaxViolations || report.Untold != 7 {
		t.Fatalf("%d violations, %d untold", len(report.Violations), report.Untold)
	}
	expect(t, report, "order o has not ended")
	if !strings.HasSuffix(report.Err().Error(), "and 7 more") {
		t.Fatal(report.Err())
	}
}

func TestALogThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	torn := errors.New("torn page")
	if _, err := audit.Check(reading(logOf(t, opened(1)), torn)); !errors.Is(err, torn) {
		t.Errorf("error %v, want %v", err, torn)
	}
	log := logOf(t, opened(1))
	log[0].Data = []byte(`{"limit":"much"}`)
	if _, err := audit.Check(reading(log, nil)); err == nil || !strings.HasPrefix(err.Error(), "audit: credit/alice 1, credit.account_opened: ") {
		t.Errorf("error %v", err)
	}
}
