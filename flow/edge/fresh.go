package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
)

// The headers by which a sender reads his own writes. An answer to a command or
// webhook has a token. A query of a view that names the token waits until the
// view holds all that the command has led to, and says how far behind it is.
const (
	// TokenHeader is on the answer to a command or webhook that is recorded: its
	// token, which is the ID of its receipt.
	TokenHeader = "Onevent-Token"
	// AfterHeader on a query of a view is the token of the command that the view
	// is to hold. The parameter "token" says the same.
	AfterHeader = "Onevent-After"
	// BehindHeader is on the answer to such a query, also on one that there is no
	// such document: "unhandled=1, missing=2" says how many of the events that
	// follow from the command are not handled yet, so that more may follow, and
	// how many are not in the view yet. "unhandled=0, missing=0" says that it
	// holds all. What a deadline brings later does not count.
	BehindHeader = "Onevent-Behind"
)

const (
	defaultWait = 5 * time.Second
	maxWait     = 20 * time.Second
	// firstPause and maxPause bound the pauses between two looks at a view that
	// is behind; each is twice the last.
	firstPause = 5 * time.Millisecond
	maxPause   = 250 * time.Millisecond
	tokenBytes = 32
)

// A freshness is what a query wants a view to hold, and how long it waits for
// it.
type freshness struct {
	token string // empty: it takes what there is
	wait  time.Duration
}

func freshnessOf(r *http.Request, values url.Values) (f freshness, err error) {
	if f.token, err = header(r, AfterHeader, tokenBytes, isPrintableASCII); err != nil {
		return f, err
	}
	if token, ok := parameter(values, "token"); ok {
		if f.token != "" && f.token != token {
			return f, badParameter("the parameter token and the header %s name two tokens", AfterHeader)
		}
		f.token = token
		if !isToken(token) {
			return f, badParameter("the token %s is not what a command's %s says", quote(token), TokenHeader)
		}
	}
	if f.token != "" && !isToken(f.token) {
		return f, problem(http.StatusBadRequest, "bad-header", "%s is %s, not what a command's %s says", AfterHeader, quote(f.token), TokenHeader)
	}
	f.wait, err = waitOf(values, f.token != "")
	return f, err
}

// parameter returns a parameter, and whether it is there.
func parameter(values url.Values, name string) (value string, ok bool) {
	return values.Get(name), values.Has(name)
}

// isToken says whether a text has the form of a record's identity.
func isToken(text string) bool {
	return len(text) == tokenBytes && strings.Trim(text, "0123456789abcdef") == ""
}

// waitOf returns how long a query waits: seconds, or a duration as Go writes it.
func waitOf(values url.Values, hasToken bool) (time.Duration, error) {
	text, ok := parameter(values, "wait")
	if !ok {
		return defaultWait, nil
	}
	if !hasToken {
		return 0, badParameter("wait is there, and nothing to wait for; say it with token")
	}
	wait, err := time.ParseDuration(text)
	if seconds, notInt := strconv.ParseUint(text, 10, 16); notInt == nil {
		wait, err = time.Duration(seconds)*time.Second, nil
	}
	if err != nil || wait < 0 || wait > maxWait {
		return 0, badParameter("wait is %s, 0 to %v is wanted, as 1.5s, 500ms or 2", quote(text), maxWait)
	}
	return wait, nil
}

// catchUp waits until a view is as fresh as a query wants it, or as long as that
// waits, and tells the reader how far behind it is. What he asked for is answered
// in either case: a problem would keep from him what there is.
func (e *edge) catchUp(w http.ResponseWriter, r *http.Request, view string, f freshness) error {
	if f.token == "" {
		return nil
	}
	lag, err := e.await(r.Context(), view, f)
	if errors.Is(err, flow.ErrUnknown) {
		return notFound("unknown-token", "there is no command or webhook with the token %s", f.token)
	}
	if err != nil {
		return err
	}
	w.Header().Set(BehindHeader, fmt.Sprintf("unhandled=%d, missing=%d", len(lag.Unhandled), len(lag.Missing)))
	return nil
}

// await returns what a view lacks in the end. Where too many wait already, that
// is what it lacks now: those who wait hold the places of those who read.
func (e *edge) await(ctx context.Context, view string, f freshness) (flow.Lag, error) {
	// A quarter of the time is left for the answer.
	until := time.Now().Add(min(f.wait, e.timeout-e.timeout/4))
	lag, err := e.system.Lag(ctx, f.token, view)
	if err != nil || lag.None() || f.wait == 0 {
		return lag, err
	}
	select {
	case e.waiters <- struct{}{}:
		defer func() { <-e.waiters }()
	default:
		return lag, nil
	}
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		left := time.Until(until)
		if left <= 0 {
			return lag, nil
		}
		more, err := sleep(ctx, min(pause, left))
		if err != nil || !more {
			return lag, err
		}
		if lag, err = e.system.Lag(ctx, f.token, view); err != nil || lag.None() {
			return lag, err
		}
	}
}

// sleep returns after d, or the context's error as soon as it ends. There is no
// more to wait for when the server stops.
func sleep(ctx context.Context, d time.Duration) (more bool, err error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true, nil
	case <-stopping(ctx):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}
