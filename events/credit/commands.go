package credit

import (
	"github.com/onevent/onevent/events/internal/valid"
	"github.com/onevent/onevent/events/money"
)

// MaxLimit is the highest limit that an account may have: 10,000,000,000.00.
const MaxLimit money.Cents = 1_000_000_000_000

// SetLimit asks for another limit of an account.
type SetLimit struct {
	Account string      `json:"account"`
	Limit   money.Cents `json:"limit"`
}

func (SetLimit) Type() string  { return "credit.set_limit" }
func (c SetLimit) Key() string { return c.Account }

// Validate refuses limits below 0 and above MaxLimit.
func (c SetLimit) Validate() error {
	var v valid.Check
	v.Range("limit", int64(c.Limit), 0, int64(MaxLimit))
	return v.Err()
}
