package ticket

import "github.com/onevent/onevent/events/internal/valid"

// MaxReason is how many characters the reason of a rejection may have.
const MaxReason = 200

// Accept says for the restaurant that it will cook.
type Accept struct {
	Ticket string `json:"ticket"`
}

// Reject says for the restaurant that it will not cook.
type Reject struct {
	Ticket string `json:"ticket"`
	Reason string `json:"reason,omitempty"`
}

// Finish says for the restaurant that the food can be fetched.
type Finish struct {
	Ticket string `json:"ticket"`
}

func (Accept) Type() string { return "ticket.accept" }
func (Reject) Type() string { return "ticket.reject" }
func (Finish) Type() string { return "ticket.finish" }

func (c Accept) Key() string { return c.Ticket }
func (c Reject) Key() string { return c.Ticket }
func (c Finish) Key() string { return c.Ticket }

// Validate refuses a reason that is too long.
func (c Reject) Validate() error {
	var v valid.Check
	v.Text("reason", c.Reason, 0, MaxReason)
	return v.Err()
}
