package edge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A Problem is the body of an answer of 4xx and 5xx: problem details as in RFC
// 9457, application/problem+json.
type Problem struct { //nolint:errname // the RFC's word
	// Type is a URI that names the kind of problem for programs:
	// "urn:onevent:problem:" and a name. Title tells it to people.
	Type  string `json:"type"`
	Title string `json:"title"`
	// Status is the HTTP status.
	Status int `json:"status"`
	// Detail tells what is wrong with this request, and what to do about it.
	Detail string `json:"detail,omitempty"`
	// Code is the domain's code of a refusal, status 409.
	Code string `json:"code,omitempty"`
	// Errors are all things wrong with a command's body, status 400 and 422.
	Errors []flow.Problem `json:"errors,omitempty"`
	// Instance identifies a fault of the system, status 5xx, in its log.
	Instance string `json:"instance,omitempty"`
}

// Error returns the title and the detail.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

const (
	problemPrefix   = "urn:onevent:problem:"
	instancePrefix  = "urn:onevent:fault:"
	problemType     = "application/problem+json"
	retryAfter      = 1 // seconds
	maxQuotedLength = 80
)

// problem returns a problem of a kind, whose title is the kind in words.
func problem(status int, kind, format string, args ...any) *Problem {
	words := strings.ReplaceAll(kind, "-", " ")
	return &Problem{
		Type: problemPrefix + kind, Title: strings.ToUpper(words[:1]) + words[1:], Status: status, Detail: fmt.Sprintf(format, args...),
	}
}

func notFound(kind, format string, args ...any) *Problem {
	return problem(http.StatusNotFound, kind, format, args...)
}

func badParameter(format string, args ...any) *Problem {
	return problem(http.StatusBadRequest, "bad-parameter", format, args...)
}

// problemOf returns what the sender of a request is told of an error.
func problemOf(err error) *Problem {
	var p *Problem
	var invalid *flow.InvalidError
	var refusal *flow.Refusal
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &invalid):
		return invalidProblem(invalid)
	case errors.As(err, &refusal):
		p = problem(http.StatusConflict, "refused", "%s", refusal.Reason)
		p.Code = refusal.Code
		return p
	case errors.Is(err, flow.ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "idempotency-key-reused",
			"this Idempotency-Key was used for this command with another body; a new command needs a new key")
	case errors.Is(err, driver.ErrTooLarge):
		return problem(http.StatusRequestEntityTooLarge, "too-large",
			"what the command would record is larger than the %d bytes that one record may hold", driver.MaxRecordBytes)
	case errors.Is(err, flow.ErrUnknown):
		return notFound("unknown", "there is none, or no longer")
	case errors.Is(err, flow.ErrFailed):
		return problem(http.StatusInternalServerError, "failed", "the command's function failed, which is in the log of the system; nothing was recorded")
	case errors.Is(err, flow.ErrContended):
		return problem(http.StatusServiceUnavailable, "busy", "too much happens to this stream at once; nothing was recorded; send it again")
	}
	return problem(http.StatusServiceUnavailable, "unavailable",
		"the system can't answer now; a command may have been recorded all the same: send it again with the same Idempotency-Key, and it counts once")
}

func invalidProblem(err *flow.InvalidError) *Problem {
	status, kind := http.StatusUnprocessableEntity, "invalid-command"
	if len(err.Problems) > 0 && err.Problems[0].Syntax {
		status, kind = http.StatusBadRequest, "not-json"
	}
	texts := make([]string, len(err.Problems))
	for i, p := range err.Problems {
		texts[i] = p.String()
	}
	p := problem(status, kind, "%s", strings.Join(texts, "; "))
	p.Errors = err.Problems
	return p
}

// fail answers with a problem.
func (e *edge) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return // nobody listens any more
	}
	err = e.challenge(w, err)
	p := e.explain(r, err)
	if p.Status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	writeProblem(w, p)
}

// explain returns what the sender of a request is told of an error. Faults of the
// system get an identity, under which the log tells what the answer does not.
func (e *edge) explain(r *http.Request, err error) *Problem {
	p := *problemOf(err)
	if p.Status >= http.StatusInternalServerError {
		id := rand.Text()
		p.Instance = instancePrefix + id
		e.log.ErrorContext(r.Context(), "request failed", "id", id, "method", r.Method, "path", r.URL.Path, "status", p.Status, "error", err)
	}
	return &p
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil { // it holds texts and numbers only
		http.Error(w, http.StatusText(p.Status), p.Status)
		return
	}
	write(w, p.Status, problemType, body)
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, status int, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("edge: answer: %w", err)
	}
	write(w, status, jsonType, body)
	return nil
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	body = append(body, '\n')
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever hung up does not want to know
}

// quote returns a text from outside for an answer: quoted, escaped and not
// long.
func quote(text string) string { return strconv.QuoteToASCII(clip(text)) }

func clip(text string) string {
	if len(text) > maxQuotedLength {
		return text[:maxQuotedLength] + "…"
	}
	return text
}
