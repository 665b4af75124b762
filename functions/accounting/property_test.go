package accounting_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions/accounting"
)

func longID(i int) string { return fmt.Sprintf("%06d", i) + strings.Repeat("x", 122) }

func stored(t *testing.T, a accounting.Account) []byte {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A ledger is an account with what must hold of it.
type ledger struct {
	t       *testing.T
	account accounting.Account
	// reserved and gone are, by order, what was reserved, and what was released
	// or captured.
	reserved, gone map[string]money.Cents
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{t: t, reserved: map[string]money.Cents{}, gone: map[string]money.Cents{}}
	l.record([]credit.Event{opened(3000)}, nil)
	return l
}

// record evolves the account, and checks after every event that 0 <= reserved,
// that reserved + captured <= limit, and that for every order reserved = released
// + captured + outstanding.
func (l *ledger) record(out []credit.Event, err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, e := range out {
		l.account = flowtest.Evolve(l.t, l.account, e)
		switch e := e.(type) {
		case credit.Reserved:
			l.reserved[e.Order] += e.Amount
		case credit.Released:
			l.gone[e.Order] += e.Amount
		case credit.Captured:
			l.gone[e.Order] += e.Amount
		default: // moves no money
		}
		if a := l.account; a.Reserved < 0 || a.Reserved+a.Captured > a.Limit {
			l.t.Fatalf("after %s: %s", e.Type(), stored(l.t, a))
		}
	}
	var outstanding money.Cents
	for id, amount := range l.reserved {
		if amount != l.gone[id]+l.account.Reservations[id] {
			l.t.Fatalf("order %s: reserved %v, released or captured %v, outstanding %v", id, amount, l.gone[id], l.account.Reservations[id])
		}
		outstanding += l.account.Reservations[id]
	}
	if outstanding != l.account.Reserved {
		l.t.Fatalf("%v is reserved, %v is outstanding", l.account.Reserved, outstanding)
	}
}

// inputs returns, for each of n orders, its beginning and, if it was not refused,
// its end, which does nothing before completion is possible; and changes of the
// limit.
func (l *ledger) inputs(random *rand.Rand, n int) []func() {
	var inputs []func()
	for i := range n {
		id, total := fmt.Sprint(i), money.Cents(1+random.IntN(900))
		completes := random.IntN(2) == 0
		inputs = append(inputs,
			func() { l.record(l.account.OnOrderCreated(created(id, total))) },
			func() {
				if _, held := l.account.Reservations[id]; held && completes {
					l.record(l.account.OnOrderCompleted(completed(id)))
					return
				}
				l.record(l.account.OnOrderCancelled(cancelled(id)))
			},
			func() {
				out, err := l.account.SetLimit(credit.SetLimit{Account: "alice", Limit: money.Cents(random.IntN(6000))})
				if err == nil { // else it was too low
					l.record(out, nil)
				}
			})
	}
	return inputs
}

// The engine hands each event to a function once, in any order.
func TestInAnyOrderAnAccountEndsWithNothingReservedAndNothingToRemember(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := newLedger(t)
		inputs := l.inputs(random, 20)
		random.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
		for _, input := range inputs {
			input()
		}
		a := l.account
		if a.Reserved != 0 || a.Reservations != nil || a.Refused != nil || a.Overtaken != nil {
			t.Fatalf("seed %d: after the end of all orders: %s", seed, stored(t, a))
		}
	}
}

// Even if it did not, the account would never owe more than its limit.
func TestWithAnyDuplicatesAnAccountStaysWithinItsLimit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 2))
		l := newLedger(t)
		inputs := l.inputs(random, 10)
		for range 4 * len(inputs) {
			inputs[random.IntN(len(inputs))]()
		}
	}
}

func TestAnAccountStaysSmallOverHundredThousandOrders(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 3))
	a := accounting.Account{Opened: true, Limit: 1_000_000}
	record := func(out []credit.Event, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out {
			a = a.Evolve(e)
		}
	}
	for i := range 100_000 {
		id := fmt.Sprint(i)
		begin := func() { record(a.OnOrderCreated(created(id, money.Cents(1+random.IntN(3000))))) }
		switch random.IntN(3) {
		case 0: // the cancellation overtakes the order
			record(a.OnOrderCancelled(cancelled(id)))
			begin()
		case 1:
			begin()
			record(a.OnOrderCancelled(cancelled(id)))
		case 2:
			begin()
			if _, held := a.Reservations[id]; held {
				record(a.OnOrderCompleted(completed(id)))
			} else {
				record(a.OnOrderCancelled(cancelled(id)))
			}
		}
		if a.Reservations != nil || a.Refused != nil || a.Overtaken != nil {
			t.Fatalf("after order %d: %s", i, stored(t, a))
		}
	}
	if a.Captured == 0 || a.Reserved != 0 {
		t.Fatalf("%s", stored(t, a))
	}
}
