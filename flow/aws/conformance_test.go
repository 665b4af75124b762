package aws_test

import (
	"testing"
	"time"

	"github.com/onevent/onevent/flow/aws"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/drivertest"
)

// Where moto 5.2.1 is not AWS, and what is done about it. The sources are under
// https://github.com/getmoto/moto/blob/5.2.1/moto/.
//
//	moto                                             source                        here
//	a transaction that fails puts back whole tables, dynamodb/models/__init__.py,  emulators lets one request to
//	with what others wrote meanwhile                 transact_write_items          DynamoDB in at a time
//	transactions never conflict, only conditions do  the same                      conflict_test.go answers for AWS
//	a transaction may have more than 4 MB            the same                      the largest commit is computed in
//	                                                                               size_internal_test.go
//	indexes never lag                                dynamodb/models/table.py,     lag_test.go takes entries out of
//	                                                 query                         the answers
//	nothing is throttled, no batch is left undone    dynamodb/responses.py         conflict_test.go answers for AWS
//	the consumed capacity of an update is wrong      the same                      Usage counts by itself
//	a repeated ClientRequestToken is not recognised  transact_write_items          nothing is repeated: retries are off
//	a receipt handle never ends                      sqs/models.py, delete_message nothing rests on it
//	receive counts are exact                         sqs/models.py,                only the suite rests on it
//	                                                 receive_message
//	the policy of a queue is not applied             sns/models.py, publish        Terraform's tests look at policies
//	times to live are kept, and nothing goes         dynamodb/models/table.py      what goes is garbage, by design
//
// Each clause has tables of its own: moto copies a whole table for each
// transaction, and looks through it for each query.
func TestStores(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, func(t *testing.T) drivertest.Stores {
		t.Helper()
		s := newStore(t)
		return drivertest.Stores{Log: s.Log(), Views: s.Views(), Agenda: s.Agenda()}
	})
}

// Moto counts deliveries exactly, which SQS does as well as it can. Times are whole
// seconds.
func TestBroker(t *testing.T) {
	t.Parallel()
	drivertest.Broker(t, func(t *testing.T) func() driver.Broker {
		t.Helper()
		config, store, prefix := configOf(t), newStore(t), newPrefix()
		return func() driver.Broker {
			b, err := aws.NewBroker(aws.BrokerOptions{Config: config, Store: store, Prefix: prefix})
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
	}, drivertest.Caps{
		Durable: true, CountsAttempts: true, HonoursBackoff: true, HonoursAfter: true,
		Patience: time.Minute, AckWithin: time.Second,
	})
}
