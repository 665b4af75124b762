package edge

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A class of requests has its own share of those that may be there at once, so
// that none crowds out another: in a flood of commands somebody can still look at
// what is wrong, and do something about it.
type class int

const (
	reads class = iota
	commands
	operators
	classes
)

func classOf(r *http.Request) class {
	switch p := r.URL.Path; {
	case isCommand(r):
		return commands
	case p == "/audit", p == "/redecide", r.Method == http.MethodPost && strings.HasPrefix(p, "/parked/"):
		return operators
	}
	return reads
}

func isCommand(r *http.Request) bool {
	return isBatch(r) || r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/commands/")
}

func isBatch(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/commands"
}

func (c class) String() string {
	return [classes]string{"reads", "commands", "requests of operators"}[c]
}

// sharesOf divides the most requests that there may be at once.
func sharesOf(most int) [classes]int {
	return [classes]int{reads: max(1, most*3/8), commands: max(1, most/2), operators: max(1, most/8)}
}

// slots count the requests there are.
type slots struct {
	most   int
	shares [classes]int

	mu    sync.Mutex
	taken [classes]int
}

// take takes a slot, or says how many requests have all that there are.
func (s *slots) take(c class) (busy string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, n := range s.taken {
		all += n
	}
	switch {
	case s.taken[c] >= s.shares[c]:
		return fmt.Sprintf("%d %v", s.taken[c], c), false
	case all >= s.most: // where the shares, of at least one each, are more
		return fmt.Sprintf("%d requests", all), false
	}
	s.taken[c]++
	return "", true
}

func (s *slots) give(c class) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[c]--
}

// limit refuses requests of which there are too many. Health is asked for when
// there is trouble, so it is not counted; streams have a limit of their own.
func (e *edge) limit(next http.Handler, most int) http.Handler {
	s := &slots{most: most, shares: sharesOf(most)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == healthPath || isLive(r) {
			next.ServeHTTP(w, r)
			return
		}
		c := classOf(r)
		busy, ok := s.take(c)
		if !ok {
			e.refuse(w, r, retryAfter*time.Second, busy+" are at work already")
			return
		}
		defer s.give(c)
		next.ServeHTTP(w, r)
	})
}

// The bounds of what Retry-After says.
const (
	minRetry = time.Second
	maxRetry = time.Minute
)

// refuse tells a sender that a request comes at a bad time, and when to send it
// again: 429, and 503 to those that only read, since proxies then ask another
// edge.
func (e *edge) refuse(w http.ResponseWriter, r *http.Request, after time.Duration, why string) {
	after = min(max(after, minRetry), maxRetry)
	seconds := int((after + time.Second - 1) / time.Second)
	if classOf(r) == reads {
		e.fail(w, r, problem(http.StatusServiceUnavailable, "overloaded", "%s; send it again", why))
		return
	}
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	e.fail(w, r, problem(http.StatusTooManyRequests, "overloaded", "%s; nothing was done; send it again in %d s", why, seconds))
}
