// Package bank is a small application for the tests of the simulation: accounts,
// transfers and letters, without a guard of its own, so that whatever the engine
// does twice moves money twice. Its second version has a state and a document of
// other types.
package bank

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/function"
	"github.com/onevent/onevent/flow/sim/internal/bank/account"
	"github.com/onevent/onevent/flow/sim/internal/bank/letter"
	"github.com/onevent/onevent/flow/sim/internal/bank/transfer"
)

// dueAfter is how long a transfer may take.
const dueAfter = 20 * time.Minute

// app returns a version of the application.
func (b *Bank) app(version int) flow.App {
	app := flow.App{Events: flow.Join(
		flow.Events(
			transfer.Requested{}, transfer.Due{}, transfer.Completed{}, account.Debited{}, account.Refused{}, account.Credited{},
			function.Failed{}, function.Recovered{}, flow.Stalled{},
		),
		flow.Final(account.Opened{}, transfer.Rejected{}, transfer.Late{}, letter.Sent{}),
	)}
	if version == 2 {
		app.Functions = functionsOf[accountV2, statementV2](b)
	} else {
		app.Functions = functionsOf[accountV1, statementV1](b)
	}
	return app
}

// functionsOf returns the functions, on states and documents of a version.
func functionsOf[S accountState[S], D document[D]](b *Bank) []flow.Function {
	return []flow.Function{
		flow.Command("open-account", func(_ S, c account.Open) ([]account.Event, error) {
			return []account.Event{account.Opened(c)}, nil
		}).Emits(account.Opened{}),
		flow.Command("request-transfer", request).Emits(transfer.Requested{}, transfer.Due{}),
		flow.On("withdraw", transfer.Requested.Sender, func(s S, e transfer.Requested) ([]account.Event, error) {
			return withdraw(b, s.balance(), e)
		}).Emits(account.Debited{}, account.Refused{}),
		flow.On("deposit", account.Debited.Receiver, func(_ S, e account.Debited) ([]account.Event, error) {
			return []account.Event{account.Credited{Account: e.To, Transfer: e.Transfer, Amount: e.Amount}}, b.trouble("deposit")
		}).Emits(account.Credited{}).Attempts(4),
		flow.On("complete", account.Credited.ByTransfer, func(_ transferState, e account.Credited) ([]transfer.Event, error) {
			return []transfer.Event{transfer.Completed{Transfer: e.Transfer, To: e.Account}}, nil
		}).Emits(transfer.Completed{}),
		flow.On("reject", account.Refused.ByTransfer, func(_ transferState, e account.Refused) ([]transfer.Event, error) {
			return []transfer.Event{transfer.Rejected{Transfer: e.Transfer}}, nil
		}).Emits(transfer.Rejected{}),
		flow.On("remind", transfer.Due.Key, func(t transferState, e transfer.Due) ([]transfer.Event, error) {
			if t.Ended {
				return nil, nil
			}
			return []transfer.Event{transfer.Late{Transfer: e.Transfer}}, nil
		}).Emits(transfer.Late{}),
		flow.Effect("write", b.write).Emits(letter.Sent{}),
		flow.On("note-failure", function.Failed.Key, complain[function.Failed]("failed")).Emits(letter.Sent{}),
		flow.On("note-recovery", function.Recovered.Key, complain[function.Recovered]("recovered")).Emits(letter.Sent{}),
		flow.On("note-stall", flow.Stalled.Key, complain[flow.Stalled]("stalled")).Emits(letter.Sent{}),
		flow.View("statement",
			flow.Project(transfer.Requested.Sender, func(d D, e transfer.Requested) D { return d.with("asked " + e.Transfer) }),
			flow.Project(account.Debited.Key, func(d D, e account.Debited) D {
				if b.trouble("statement") != nil {
					panic("the statement is torn")
				}
				return d.with(fmt.Sprint("- ", e.Amount))
			}),
			flow.Project(account.Credited.Key, func(d D, e account.Credited) D { return d.with(fmt.Sprint("+ ", e.Amount)) })),
		flow.Tally("turnover", flow.Project(func(account.Credited) string { return "all" }, turnover.credited)),
	}
}

func request(t transferState, c transfer.Request) ([]transfer.Event, error) {
	if t.Known {
		return nil, flow.Refuse("known", "transfer %s is known", c.Transfer)
	}
	return []transfer.Event{
		transfer.Requested(c),
		transfer.Due{Deadline: flow.After(dueAfter), Transfer: c.Transfer},
	}, nil
}

func withdraw(b *Bank, balance int, e transfer.Requested) ([]account.Event, error) {
	if err := b.trouble("withdraw"); err != nil {
		return nil, err
	}
	if balance < e.Amount {
		return []account.Event{account.Refused{Account: e.From, Transfer: e.Transfer}}, nil
	}
	return []account.Event{account.Debited{Account: e.From, Transfer: e.Transfer, To: e.To, Amount: e.Amount}}, nil
}

// complain returns what writes a letter about a function or a flow.
func complain[E flow.Event](what string) func(post, E) ([]letter.Event, error) {
	return func(_ post, e E) ([]letter.Event, error) {
		return []letter.Event{letter.Sent{Letter: e.Key(), Stamp: what}}, nil
	}
}

// write writes the letter that tells of a transfer.
func (b *Bank) write(ctx context.Context, e transfer.Completed) ([]letter.Event, error) {
	key := flow.IdempotencyKey(ctx)
	if err := b.world.Call(ctx, "post", func() { b.posted[key] = e.Transfer }); err != nil {
		return nil, err
	}
	return []letter.Event{letter.Sent{Letter: e.Transfer, Stamp: key}}, nil
}

// trouble fails, or panics, or rejects, while a function has an outage.
func (b *Bank) trouble(name string) error {
	if !b.world.Fails(name) {
		return nil
	}
	err := errors.New(name + " is in trouble")
	switch b.world.Now().Unix() % 8 {
	case 0, 1:
		panic(err)
	case 2:
		return flow.Retry(3*time.Minute, err)
	case 3:
		return flow.Reject(err)
	}
	return err
}

// keyOf returns the key of a stream.
func keyOf(stream string) string {
	_, key, _ := strings.Cut(stream, "/")
	return key
}
