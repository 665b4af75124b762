package audit

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/events/money"
)

// An account is the sum of what happened to it.
type account struct{ limit, reserved, captured money.Cents }

// change changes an account, and checks what must hold after every event.
func (a *Auditor) change(id string, limit, reserved, captured money.Cents) {
	c, ok := a.accounts[id]
	if !ok {
		c = &account{}
		a.accounts[id] = c
	}
	c.limit += limit
	c.reserved += reserved
	c.captured += captured
	if c.reserved < 0 {
		a.violation("account %s has %v reserved", id, c.reserved)
	}
	if c.reserved+c.captured > c.limit {
		a.violation("account %s has %v reserved and %v captured, its limit is %v", id, c.reserved, c.captured, c.limit)
	}
}

func (a *Auditor) accountOpened(e credit.AccountOpened) { a.change(e.Account, e.Limit, 0, 0) }

func (a *Auditor) limitSet(e credit.LimitSet) {
	a.change(e.Account, e.Change, 0, 0)
	if limit := a.accounts[e.Account].limit; limit != e.Limit {
		a.violation("account %s gets the limit %v by a change to %v", e.Account, e.Limit, limit)
	}
}

func (a *Auditor) reserved(e credit.Reserved) {
	t := a.tale(e.Order)
	if t.reserved != 0 || t.closed {
		a.violation("order %s had credit before, or was to get none", e.Order)
	}
	if e.Amount != t.total {
		a.violation("order %s costs %v, and gets %v of credit", e.Order, t.total, e.Amount)
	}
	t.reserved += e.Amount
	a.change(e.Account, 0, e.Amount, 0)
}

func (a *Auditor) released(e credit.Released) {
	t := a.tale(e.Order)
	if !t.cancelled {
		a.violation("order %s is not cancelled", e.Order)
	}
	a.close(t, e.Order, e.Amount)
	t.released += e.Amount
	a.change(e.Account, 0, -e.Amount, 0)
}

func (a *Auditor) captured(e credit.Captured) {
	t := a.tale(e.Order)
	if !t.completed {
		a.violation("order %s is not completed", e.Order)
	}
	a.close(t, e.Order, e.Amount)
	t.captured += e.Amount
	a.change(e.Account, 0, -e.Amount, e.Amount)
}

// close checks that an order gives back all the credit that it holds, once.
func (a *Auditor) close(t *tale, id string, amount money.Cents) {
	if t.closed {
		a.violation("order %s gave its credit back before", id)
	}
	if amount != t.outstanding() {
		a.violation("order %s holds %v of credit, not %v", id, t.outstanding(), amount)
	}
	t.closed = true
}
