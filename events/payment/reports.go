package payment

import "github.com/onevent/onevent/events/money"

// SettlementReported says that the payment provider told us that the money of a
// charge is on our account. What it means is for the payment to decide.
type SettlementReported struct {
	Payment string      `json:"payment"`
	Charge  string      `json:"charge"`
	Amount  money.Cents `json:"amount"`
}

// FailureReported says that the payment provider told us that a charge failed.
type FailureReported struct {
	Payment string `json:"payment"`
	Reason  string `json:"reason"`
}

// DisputeReported says that the payment provider told us that the consumer wants
// the money of a charge back.
type DisputeReported struct {
	Payment string `json:"payment"`
	Reason  string `json:"reason"`
}

func (SettlementReported) Type() string { return "payment.settlement_reported" }
func (FailureReported) Type() string    { return "payment.failure_reported" }
func (DisputeReported) Type() string    { return "payment.dispute_reported" }

func (e SettlementReported) Key() string { return e.Payment }
func (e FailureReported) Key() string    { return e.Payment }
func (e DisputeReported) Key() string    { return e.Payment }

func (SettlementReported) payment() {}
func (FailureReported) payment()    {}
func (DisputeReported) payment()    {}
