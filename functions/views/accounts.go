package views

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
	"github.com/onevent/onevent/flow"
)

// A Balance is how a consumer's credit account stands. While events are on their
// way, it can stand as the account never stood.
type Balance struct {
	Limit    money.Cents `json:"limit"`
	Reserved money.Cents `json:"reserved"`
	Captured money.Cents `json:"captured"`
	// Available is Limit - Reserved - Captured.
	Available money.Cents `json:"available"`
}

// Accounts returns the tally "account": a Balance for each consumer.
func Accounts() flow.Function {
	return flow.Tally("account",
		flow.Project(credit.AccountOpened.Key, func(b Balance, e credit.AccountOpened) Balance { return b.add(e.Limit, 0, 0) }),
		flow.Project(credit.LimitSet.Key, func(b Balance, e credit.LimitSet) Balance { return b.add(e.Change, 0, 0) }),
		flow.Project(credit.Reserved.Key, func(b Balance, e credit.Reserved) Balance { return b.add(0, e.Amount, 0) }),
		flow.Project(credit.Released.Key, func(b Balance, e credit.Released) Balance { return b.add(0, -e.Amount, 0) }),
		flow.Project(credit.Captured.Key, func(b Balance, e credit.Captured) Balance { return b.add(0, -e.Amount, e.Amount) }),
	)
}

func (b Balance) add(limit, reserved, captured money.Cents) Balance {
	return Balance{
		Limit:     b.Limit + limit,
		Reserved:  b.Reserved + reserved,
		Captured:  b.Captured + captured,
		Available: b.Available + limit - reserved - captured,
	}
}
