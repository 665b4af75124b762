package accounting

import (
	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/events/credit"
)

// OnConsumerRegistered opens the consumer's account.
func (a Account) OnConsumerRegistered(e consumer.Registered) ([]credit.Event, error) {
	if a.Opened {
		return nil, nil
	}
	return []credit.Event{credit.AccountOpened{Account: e.Account(), Limit: DefaultLimit}}, nil
}
