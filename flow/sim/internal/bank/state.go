package bank

import (
	"slices"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/sim/internal/bank/account"
	"github.com/onevent/onevent/flow/sim/internal/bank/letter"
	"github.com/onevent/onevent/flow/sim/internal/bank/transfer"
)

// An accountState is what both versions have of an account.
type accountState[S any] interface {
	flow.State[S, account.Event]
	balance() int
}

// An accountV1 is the state of an account.
type accountV1 struct {
	Balance int `json:"balance"`
}

// Evolve returns the account after an event.
func (a accountV1) Evolve(e account.Event) accountV1 {
	a.Balance += change(e)
	return a
}

func (a accountV1) balance() int { return a.Balance }

// An accountV2 keeps two sums, one of them under the name that the balance had.
type accountV2 struct {
	In  int `json:"in"`
	Out int `json:"balance"`
}

// Evolve returns the account after an event.
func (a accountV2) Evolve(e account.Event) accountV2 {
	if n := change(e); n > 0 {
		a.In += n
	} else {
		a.Out -= n
	}
	return a
}

func (a accountV2) balance() int { return a.In - a.Out }

// change returns what an event adds to an account.
func change(e account.Event) int {
	switch e := e.(type) {
	case account.Opened:
		return e.Amount
	case account.Debited:
		return -e.Amount
	case account.Credited:
		return e.Amount
	case account.Refused:
	}
	return 0
}

// A transferState is the state of a transfer.
type transferState struct {
	Known bool `json:"known"`
	Ended bool `json:"ended"`
}

// Evolve returns the transfer after an event.
func (t transferState) Evolve(e transfer.Event) transferState {
	switch e.(type) {
	case transfer.Requested:
		t.Known = true
	case transfer.Completed, transfer.Rejected:
		t.Ended = true
	case transfer.Due, transfer.Late:
	}
	return t
}

// A post is the state of a letter, or of a complaint.
type post struct {
	Sent int `json:"sent"`
}

// Evolve counts the letter.
func (p post) Evolve(letter.Event) post { return post{Sent: p.Sent + 1} }

// A document is what both versions have of an account's statement.
type document[D any] interface {
	with(line string) D
}

// A statementV1 is the statement of an account: what happened, in its order.
type statementV1 struct {
	Lines []string `json:"lines"`
}

func (s statementV1) with(line string) statementV1 {
	s.Lines = append(slices.Clip(s.Lines), line)
	return s
}

// A statementV2 counts, too.
type statementV2 struct {
	Lines []string `json:"lines"`
	Count int      `json:"count"`
}

func (s statementV2) with(line string) statementV2 {
	if s.Count != len(s.Lines) {
		panic("a statement of the first version was taken for one of the second")
	}
	s.Lines, s.Count = append(slices.Clip(s.Lines), line), s.Count+1
	return s
}

// A turnover is all that was credited.
type turnover struct {
	Transfers int `json:"transfers"`
	Amount    int `json:"amount"`
}

func (t turnover) credited(e account.Credited) turnover {
	t.Transfers, t.Amount = t.Transfers+1, t.Amount+e.Amount
	return t
}
