package ticket

// AcceptanceReported says that the restaurant's till told us that it cooks. What it
// means is for the ticket to decide.
type AcceptanceReported struct {
	Ticket string `json:"ticket"`
}

// RejectionReported says that the restaurant's till told us that it does not cook.
type RejectionReported struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason,omitempty"`
}

// ReadinessReported says that the restaurant's till told us that the food can be
// fetched.
type ReadinessReported struct {
	Ticket string `json:"ticket"`
}

func (AcceptanceReported) Type() string { return "ticket.acceptance_reported" }
func (RejectionReported) Type() string  { return "ticket.rejection_reported" }
func (ReadinessReported) Type() string  { return "ticket.readiness_reported" }

func (e AcceptanceReported) Key() string { return e.Ticket }
func (e RejectionReported) Key() string  { return e.Ticket }
func (e ReadinessReported) Key() string  { return e.Ticket }

func (AcceptanceReported) ticket() {}
func (RejectionReported) ticket()  {}
func (ReadinessReported) ticket()  {}
