package edge

import (
	"cmp"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow"
)

// A ParkedPage is a part of what was given up, what is tried again next first.
type ParkedPage struct {
	Parked []flow.Failure `json:"parked"`
	// Next is the parameter "after" of the next page; empty on the last.
	Next string `json:"next,omitempty"`
}

// A RetryingPage is a part of what failed and will be tried again, the next
// first.
type RetryingPage struct {
	Retrying []flow.Failure `json:"retrying"`
	// Next is the parameter "after" of the next page; empty on the last.
	Next string `json:"next,omitempty"`
}

func (e *edge) parked(w http.ResponseWriter, r *http.Request) error {
	found, next, err := failuresOf(r, e.system.Parked(r.Context()))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, ParkedPage{Parked: found, Next: next})
}

func (e *edge) retrying(w http.ResponseWriter, r *http.Request) error {
	found, next, err := failuresOf(r, e.system.Retrying(r.Context()))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, RetryingPage{Retrying: found, Next: next})
}

// failuresOf returns the page of a list that a request asks for.
func failuresOf(r *http.Request, list iter.Seq2[flow.Failure, error]) (found []flow.Failure, next string, err error) {
	values, err := parameters(r, "after", "limit", "function", "error", "type")
	if err != nil {
		return nil, "", err
	}
	limit, err := limitOf(values)
	if err != nil {
		return nil, "", err
	}
	if after := values.Get("after"); after != "" {
		c, err := cursorOf(after)
		if err != nil {
			return nil, "", err
		}
		list = c.rest(list)
	}
	found, more, err := collect(only(list, values), limit, failureSize)
	if err != nil || !more {
		return found, "", err
	}
	return found, cursorAt(found[len(found)-1]).String(), nil
}

func failureSize(f flow.Failure) int {
	size := len(f.Event.Data) + len(f.Error)
	for _, attempt := range f.History {
		size += len(attempt.Error)
	}
	if f.Message != nil {
		size += len(f.Message.Data)
	}
	return size
}

// only leaves out what parameters do not select.
func only(list iter.Seq2[flow.Failure, error], values url.Values) iter.Seq2[flow.Failure, error] {
	function, text, typ := values.Get("function"), values.Get("error"), values.Get("type")
	return func(yield func(flow.Failure, error) bool) {
		for f, err := range list {
			selected := (function == "" || f.Function == function) && (typ == "" || f.Event.Type == typ) && strings.Contains(f.Error, text)
			if (err != nil || selected) && !yield(f, err) {
				return
			}
		}
	}
}

// A cursor is a place in a list of failures: the last that was told. The list is
// in the order of when they are tried next, which changes while it is read. So
// the cursor knows the time too, for when the failure is gone.
type cursor struct {
	next flow.Time
	id   string
}

func cursorAt(f flow.Failure) cursor { return cursor{next: nextOf(f), id: f.ID} }

// nextOf returns when a failure is tried next; what is not comes last.
func nextOf(f flow.Failure) flow.Time { return cmp.Or(f.Next, math.MaxInt64) }

func (c cursor) String() string { return strconv.FormatInt(int64(c.next), 10) + "~" + c.id }

func cursorOf(text string) (cursor, error) {
	micros, id, _ := strings.Cut(text, "~")
	next, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || !isFailureID(id) {
		return cursor{}, badParameter("after %s is not what a page called next", quote(text))
	}
	return cursor{next: flow.Time(next), id: id}, nil
}

// rest returns what follows the cursor. If the failure at the cursor is gone from
// its place, that is what is tried later.
func (c cursor) rest(list iter.Seq2[flow.Failure, error]) iter.Seq2[flow.Failure, error] {
	return func(yield func(flow.Failure, error) bool) {
		found := false
		for f, err := range list {
			if (found || err != nil) && (!yield(f, err) || err != nil) {
				return
			}
			found = found || cursorAt(f) == c
		}
		if found {
			return
		}
		for f, err := range list {
			if (err != nil || c.compare(f) < 0) && (!yield(f, err) || err != nil) {
				return
			}
		}
	}
}

// compare says where the cursor stands, seen from a failure.
func (c cursor) compare(f flow.Failure) int {
	return cmp.Or(cmp.Compare(c.next, nextOf(f)), cmp.Compare(c.id, f.ID))
}

// maxFailureID is the most bytes of the identity of a failure.
const maxFailureID = 255

// isFailureID says whether a failure can have this identity; platforms need not
// be asked for any other.
func isFailureID(id string) bool {
	allowed := func(c rune) bool {
		return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("._~-", c)
	}
	return id != "" && len(id) <= maxFailureID && !strings.ContainsFunc(id, func(c rune) bool { return !allowed(c) })
}
