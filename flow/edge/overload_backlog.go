package edge

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// How often the backlog is asked for, and how long it may take to say.
const (
	backlogEvery  = 100 * time.Millisecond
	backlogWithin = time.Second
)

// A backlog is what is known of the work behind the edge. Accepting more than is
// handled would lose nothing, but what was accepted would be handled ever later,
// on a disk that is ever fuller.
type backlog struct {
	count func(context.Context) (int, error)
	most  int

	asking  sync.Mutex // held while somebody asks
	asked   time.Time  // when the last answer came; for who holds asking
	failing bool       // the same
	trend   atomic.Pointer[trend]
}

// A trend is how a backlog has developed since it passed the limit.
type trend struct {
	now, since time.Time
	count      int
	// peak is the most that it was since, and peaked is when.
	peak   int
	peaked time.Time
}

// next returns the trend with another count.
func (t *trend) next(count int, now time.Time) *trend {
	if t == nil {
		return &trend{now: now, since: now, count: count, peak: count, peaked: now}
	}
	n := *t
	n.now, n.count = now, count
	if count >= n.peak {
		n.peak, n.peaked = count, now
	}
	return &n
}

// after estimates when the backlog will be down to a number. As long as it does
// not shrink, it is thought to need as long again as it was too large.
func (t *trend) after(most int) time.Duration {
	done := t.peak - t.count
	if done == 0 {
		return t.now.Sub(t.since)
	}
	perMessage := float64(t.now.Sub(t.peaked)) / float64(done)
	return time.Duration(min(perMessage*float64(t.count-most), float64(maxRetry)))
}

// look asks for the backlog if it is time and nobody else does, and returns its
// trend if it is too large.
func (b *backlog) look(ctx context.Context) (*trend, error) {
	if !b.asking.TryLock() {
		return b.trend.Load(), nil
	}
	defer b.asking.Unlock()
	if time.Since(b.asked) < backlogEvery {
		return b.trend.Load(), nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backlogWithin)
	defer cancel()
	count, err := b.count(ctx)
	b.asked = time.Now()
	news := (err != nil) != b.failing
	b.failing = err != nil
	if err != nil || count <= b.most {
		b.trend.Store(nil)
	} else {
		b.trend.Store(b.trend.Load().next(count, b.asked))
	}
	if !news {
		err = nil
	}
	return b.trend.Load(), err
}

// checkBacklog refuses commands while there is too much to do already.
func (e *edge) checkBacklog(next http.Handler, o Options) http.Handler {
	if o.Backlog == nil {
		return next
	}
	b := &backlog{count: o.Backlog, most: o.MaxBacklog}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isCommand(r) {
			next.ServeHTTP(w, r)
			return
		}
		t, err := b.look(r.Context())
		if err != nil {
			e.log.WarnContext(r.Context(), "the backlog is unknown, so it has no limit", "error", err)
		}
		if t != nil {
			e.refuse(w, r, t.after(b.most), fmt.Sprintf("%d messages wait to be handled, the limit is %d", t.count, b.most))
			return
		}
		next.ServeHTTP(w, r)
	})
}
