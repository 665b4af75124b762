package accounting

import (
	"github.com/onevent/onevent/events/credit"
	"github.com/onevent/onevent/flow"
)

// SetLimit changes the limit, but not to less than what is reserved and spent.
func (a Account) SetLimit(c credit.SetLimit) ([]credit.Event, error) {
	switch owed := a.Reserved + a.Captured; {
	case !a.Opened:
		return nil, flow.Refuse("unknown_account", "there is no account %s", c.Account)
	case c.Limit < owed:
		return nil, flow.Refuse("limit_too_low", "%v are reserved or spent, the limit can't be %v", owed, c.Limit)
	case c.Limit == a.Limit:
		return nil, nil
	}
	return []credit.Event{credit.LimitSet{Account: c.Account, Limit: c.Limit, Change: c.Limit - a.Limit}}, nil
}
