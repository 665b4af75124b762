package events_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/events/order"
	"github.com/onevent/onevent/events/ticket"
	"github.com/onevent/onevent/flow"
)

func place(items ...order.Item) order.Place {
	return order.Place{Order: "1", Consumer: "alice", Restaurant: "roma", Items: items}
}

func TestCommandsSayAllThatIsWrongWithThem(t *testing.T) {
	t.Parallel()
	soup := order.Item{Name: "soup", Quantity: 1, Price: 450}
	long := strings.Repeat("ä", 201)
	for name, c := range map[string]struct {
		command interface{ Validate() error }
		want    []string // where the problems are
	}{
		"a good order":        {place(soup), nil},
		"the largest order":   {place(slices.Repeat([]order.Item{{Name: long[:200], Quantity: 100, Price: 2000}}, order.MaxItems)...), nil},
		"a cent too much":     {place(order.Item{Name: "gold", Quantity: 1, Price: money.Max}, order.Item{Name: "gum", Quantity: 1, Price: 1}), []string{"/items"}},
		"no items":            {place(), []string{"/items"}},
		"too many items":      {place(slices.Repeat([]order.Item{soup}, order.MaxItems+1)...), []string{"/items"}},
		"a bad consumer":      {order.Place{Order: "1", Consumer: "a/b", Restaurant: "", Items: []order.Item{soup}}, []string{"/consumer", "/restaurant"}},
		"nothing of an item":  {place(soup, order.Item{Name: "soup", Price: 450}), []string{"/items/1/quantity"}},
		"too much of an item": {place(order.Item{Name: "soup", Quantity: order.MaxQuantity + 1, Price: 1}), []string{"/items/0/quantity"}},
		"a price below a cent": {
			place(order.Item{Name: "soup", Quantity: 1, Price: 0}, order.Item{Name: "soup", Quantity: 1, Price: -5}),
			[]string{"/items/0/price", "/items/1/price"},
		},
		"a price too high":      {place(order.Item{Name: "soup", Quantity: 1, Price: money.Max + 1}), []string{"/items/0/price"}},
		"an item without name":  {place(order.Item{Quantity: 1, Price: 1}), []string{"/items/0/name"}},
		"a name with a newline": {place(order.Item{Name: "so\nup", Quantity: 1, Price: 1}), []string{"/items/0/name"}},

		"a good consumer":       {consumer.Register{Consumer: "alice", Name: "Alice Ärmel"}, nil},
		"a consumer without":    {consumer.Register{Consumer: "alice"}, []string{"/name"}},
		"a consumer with a lot": {consumer.Register{Consumer: "alice", Name: long}, []string{"/name"}},

		"a good limit":   {credit.SetLimit{Account: "alice", Limit: credit.MaxLimit}, nil},
		"no limit":       {credit.SetLimit{Account: "alice", Limit: 0}, nil},
		"below nothing":  {credit.SetLimit{Account: "alice", Limit: -1}, []string{"/limit"}},
		"above the most": {credit.SetLimit{Account: "alice", Limit: credit.MaxLimit + 1}, []string{"/limit"}},

		"a good rejection":  {ticket.Reject{Ticket: "1", Reason: "no soup"}, nil},
		"without a reason":  {ticket.Reject{Ticket: "1"}, nil},
		"a reason too long": {ticket.Reject{Ticket: "1", Reason: long}, []string{"/reason"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pointers(t, c.command.Validate()); !slices.Equal(got, c.want) {
				t.Fatalf("problems at %q, want %q", got, c.want)
			}
		})
	}
}

// pointers returns where the problems of an InvalidError are.
func pointers(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var invalid *flow.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("error %v is no InvalidError", err)
	}
	var at []string
	for _, p := range invalid.Problems {
		at = append(at, p.Pointer)
	}
	return at
}

func TestTotal(t *testing.T) {
	t.Parallel()
	if got := order.Total([]order.Item{{Quantity: 2, Price: 450}, {Quantity: 3, Price: 100}}); got != 1200 {
		t.Fatalf("total %v, want 12.00", got)
	}
}
