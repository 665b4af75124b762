package accounting

import (
	"maps"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
)

// DefaultLimit is the limit with which an account is opened: 1,000.00.
const DefaultLimit money.Cents = 100_000

// MaxOutstanding is how many reservations an account may hold at once, so that
// its state stays far below driver.MaxBytes. Orders beyond get no credit.
const MaxOutstanding = 5_000

// An Account is the state of a consumer's credit. At all times 0 <= Reserved,
// and Reserved + Captured <= Limit.
//
// It hears of the beginning and of the end of each order in any order, and
// remembers an order only until it has heard of both. So it stays small however
// many orders there were.
type Account struct {
	// Opened is set when the consumer has registered. Before, the limit is 0.
	Opened   bool        `json:"opened"`
	Limit    money.Cents `json:"limit"`
	Reserved money.Cents `json:"reserved"`
	Captured money.Cents `json:"captured"`
	// Reservations are the amounts held for orders that have not ended.
	Reservations map[string]money.Cents `json:"reservations,omitempty"`
	// Refused are orders that got no credit; their cancellation will come.
	Refused map[string]bool `json:"refused,omitempty"`
	// Overtaken are orders whose cancellation came first; their beginning will
	// come.
	Overtaken map[string]bool `json:"overtaken,omitempty"`
}

// Available returns how much more can be reserved.
func (a Account) Available() money.Cents { return a.Limit - a.Reserved - a.Captured }

// Evolve returns the account after an event.
func (a Account) Evolve(e credit.Event) Account {
	switch e := e.(type) {
	case credit.AccountOpened:
		a.Opened, a.Limit = true, e.Limit
	case credit.LimitSet:
		a.Limit = e.Limit
	case credit.Reserved:
		a.Reserved += e.Amount
		a.Reservations = with(a.Reservations, e.Order, e.Amount)
	case credit.LimitExceeded:
		a.Refused = with(a.Refused, e.Order, true)
	case credit.Released:
		if _, ok := a.Reservations[e.Order]; !ok {
			a.Overtaken = with(a.Overtaken, e.Order, true)
			break
		}
		a.Reserved -= e.Amount
		a.Reservations = without(a.Reservations, e.Order)
	case credit.Captured:
		a.Reserved -= e.Amount
		a.Captured += e.Amount
		a.Reservations = without(a.Reservations, e.Order)
	case credit.OrderClosed:
		a.Refused = without(a.Refused, e.Order)
		a.Overtaken = without(a.Overtaken, e.Order)
	}
	return a
}

// with returns a copy of a map with one more entry.
func with[V any](m map[string]V, key string, value V) map[string]V {
	more := maps.Clone(m)
	if more == nil {
		more = map[string]V{}
	}
	more[key] = value
	return more
}

// without returns a copy of a map with one entry less; nil if none is left.
func without[V any](m map[string]V, key string) map[string]V {
	less := maps.Clone(m)
	delete(less, key)
	if len(less) == 0 {
		return nil
	}
	return less
}
