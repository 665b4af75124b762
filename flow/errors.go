package flow

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/internal/strict"
)

var (
	// ErrUnknown says that there is no such command, function, view, stream,
	// flow or document.
	ErrUnknown = errors.New("unknown")
	// ErrKeyReused says that an idempotency key was sent before with another
	// command.
	ErrKeyReused = errors.New("idempotency key was used for another command")
	// ErrFailed says that a function failed: it returned an error that is neither
	// a Refusal nor an InvalidError, or panicked.
	ErrFailed = errors.New("function failed")
	// ErrContended says that a stream moved each time a decision was to be
	// recorded. Nothing was recorded; a later attempt may succeed.
	ErrContended = errors.New("stream kept moving")
)

// A Refusal is a command's "no": the domain's reason why it can't be done in the
// present state. Nothing is recorded. Over HTTP it is a 409.
type Refusal struct { //nolint:errname // the domain's word
	// Code names the reason for programs, in lower case with underscores.
	Code string
	// Reason tells it to people.
	Reason string
}

// Error returns the code and the reason.
func (r *Refusal) Error() string { return r.Code + ": " + r.Reason }

// Refuse returns a Refusal, its reason formatted as by fmt.Sprintf.
func Refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// A Problem is one thing wrong with an input, and where: a JSON pointer
// (RFC 6901), empty for the input as a whole.
type Problem = strict.Problem

// An InvalidError says what is wrong with a command's input, all of it. Over
// HTTP it is a 422, or a 400 if the input is not JSON.
type InvalidError struct{ Problems []Problem }

// Error returns the problems, separated by semicolons.
func (e *InvalidError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "invalid input: " + strings.Join(texts, "; ")
}

// Invalid returns an InvalidError with one problem, for a command's Validate or
// decision. Field is the JSON name of the field, its text formatted as by
// fmt.Sprintf.
func Invalid(field, format string, args ...any) error {
	p := Problem{Text: fmt.Sprintf(format, args...)}
	if field != "" {
		p.Pointer = "/" + field
	}
	return &InvalidError{Problems: []Problem{p}}
}

// Retry returns an error that says "later": the event is handled again after d,
// and then counts as one more attempt. On the clouds d is rounded up to the next
// minute.
func Retry(d time.Duration, err error) error { return &retryError{after: d, err: err} }

// Reject returns an error that says "never": the event is parked at once.
func Reject(err error) error { return &rejectError{err: err} }

type retryError struct {
	after time.Duration
	err   error
}

func (e *retryError) Error() string { return fmt.Sprintf("retry after %v: %v", e.after, e.err) }
func (e *retryError) Unwrap() error { return e.err }

type rejectError struct{ err error }

func (e *rejectError) Error() string { return "rejected: " + e.err.Error() }
func (e *rejectError) Unwrap() error { return e.err }

// A functionError is an error of a user's function, as opposed to one of the
// platform: it counts as an attempt, and parks the event in the end.
type functionError struct {
	function string
	err      error
}

func (e *functionError) Error() string { return e.function + ": " + e.err.Error() }
func (e *functionError) Unwrap() error { return e.err }

// Is makes every fault of a function an ErrFailed.
func (*functionError) Is(target error) bool { return target == ErrFailed }

// faultOf returns the function's error in err, or nil when err is the
// platform's. What middleware rejects is judged like what the function does.
func faultOf(err error) *functionError {
	if f, ok := errors.AsType[*functionError](err); ok {
		return f
	}
	if _, ok := errors.AsType[*rejectError](err); ok {
		return &functionError{function: "middleware", err: err}
	}
	return nil
}
