package edge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// A pace is how many commands may be at work at once. It follows how long they
// take, as TCP's window follows the losses (RFC 5681): one more for each
// windowful that came in time, a quarter less when one came late. Commands that
// began before the last decrease cause none, since they tell of the same jam:
// after a hiccup of the disk all that were at work are late. It is the simplest of
// the limits in https://github.com/Netflix/concurrency-limits, AIMD; the others
// compare with the time of an idle system, which a log that gathers commands into
// one sync does not have.
//
// It begins with the most, not with the least, because a system that has shown no
// weakness should refuse nobody. Nobody waits at the edge: there are queues
// enough behind it, and the time in them is what is measured.
type pace struct {
	most, least float64
	within      time.Duration

	mu      sync.Mutex
	limit   float64
	working int
	slowed  time.Time // when the limit was last lowered
}

const (
	// leastCommands are let in however long they take: to learn that it got
	// better takes some.
	leastCommands = 8
	slowdown      = 0.75
)

func newPace(most int, within time.Duration) *pace {
	return &pace{most: float64(most), least: float64(min(leastCommands, most)), limit: float64(most), within: within}
}

// begin lets a command in, or says how many are at work.
func (p *pace) begin() (working int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if float64(p.working+1) > p.limit {
		return p.working, false
	}
	p.working++
	return p.working, true
}

// end lets a command out.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working--
}

// learn learns from a command that began at a time and ends now.
func (p *pace) learn(began time.Time) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case now.Sub(began) <= p.within:
		p.limit = min(p.most, p.limit+1/p.limit)
	case began.After(p.slowed):
		p.limit = max(p.least, p.limit*slowdown)
		p.slowed = now
	}
}

// paceCommands refuses commands while the others take too long. A command comes
// to be at work when all of it is there, so that slow senders hold up nobody. A
// batch counts as one; it learns from each of its commands by itself.
func (e *edge) paceCommands(next http.Handler, p *pace) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isCommand(r) {
			next.ServeHTTP(w, r)
			return
		}
		receive(w, r)
		working, ok := p.begin()
		if !ok {
			e.refuse(w, r, retryAfter*time.Second, fmt.Sprintf("%d commands are at work already, which is all that can be done in %v", working, p.within))
			return
		}
		defer p.end()
		if !isBatch(r) {
			defer p.learn(time.Now())
		}
		next.ServeHTTP(w, r)
	})
}

// receive reads the body of a request, up to the limit, into memory. What is
// wrong with it is found again by who reads it there.
func receive(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > maxBody {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = io.EOF
	}
	r.Body = &received{body: bytes.NewReader(body), end: err, Closer: r.Body}
}

// A received body is in memory, and ends as it ended when it came.
type received struct {
	io.Closer
	body *bytes.Reader
	end  error
}

// Read implements io.Reader.
func (b *received) Read(data []byte) (int, error) {
	n, err := b.body.Read(data)
	if errors.Is(err, io.EOF) {
		err = b.end
	}
	return n, err
}
