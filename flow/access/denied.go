package access

import (
	"fmt"
	"net/http"
	"time"
)

// The error codes of RFC 6750.
const (
	badRequest   = "invalid_request"
	badToken     = "invalid_token"
	insufficient = "insufficient_scope"
)

// A Denied is why a request was not let in.
type Denied struct { //nolint:errname // it reads as what it is, like flow.Refusal
	// Status is the HTTP status: 400, 401, 403 or 503.
	Status int
	// Code is that of RFC 6750; empty if the request has no token, or the token is
	// not to blame.
	Code string
	// Reason tells the sender. It holds nothing that was sent, and no secret.
	Reason string
	// RetryAfter is when it may come again, with status 503.
	RetryAfter time.Duration
	// Cause is for the log; nil if the reason says all.
	Cause error
}

// Error returns the reason and the cause.
func (d *Denied) Error() string {
	if d.Cause != nil {
		return fmt.Sprintf("access: %s: %v", d.Reason, d.Cause)
	}
	return "access: " + d.Reason
}

// Unwrap returns the cause.
func (d *Denied) Unwrap() error { return d.Cause }

// Challenge returns the value of the header WWW-Authenticate, or "" where a token
// would not help.
func (d *Denied) Challenge() string {
	switch {
	case d.Code != "":
		return fmt.Sprintf(`Bearer error="%s", error_description="%s"`, d.Code, d.Reason)
	case d.Status == http.StatusUnauthorized:
		return "Bearer"
	}
	return ""
}

func denied(status int, code, reason string) *Denied {
	return &Denied{Status: status, Code: code, Reason: reason}
}

// invalid is a token that proves nothing.
func invalid(reason string) *Denied { return denied(http.StatusUnauthorized, badToken, reason) }

// unavailable is an issuer that can't be asked for its keys: nobody knows whether
// the token is good.
func unavailable(after time.Duration, cause error) *Denied {
	return &Denied{
		Status: http.StatusServiceUnavailable, Reason: "the token's issuer can't be asked for its keys now",
		RetryAfter: max(after, time.Second), Cause: cause,
	}
}
