package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/edge"
)

// A crowd sends commands to an edge, each of which starts a chain.
type crowd struct {
	*rig
	handler           http.Handler
	sent              atomic.Int64
	accepted, refused atomic.Int64
}

const (
	// crowdHands are twice as many as may be at work at once.
	crowdHands = 512
	// crowdBacklog is about a second's work.
	crowdBacklog = 10_000
)

// BenchmarkOverload offers an edge what it can do, and twice that. An iteration
// is one command; each time runs until all chains of the accepted have ended.
// What it can do is measured first, by commands that wait for each other.
func BenchmarkOverload(b *testing.B) {
	r := newRig(b, false)
	c := &crowd{rig: r, handler: edge.New(r.system, edge.Options{
		MaxBacklog: crowdBacklog, Backlog: func(context.Context) (int, error) { return r.store.Pending(), nil },
	})}
	c.offer(b.N, 0) // warms up
	capacity, _ := c.offer(b.N, 0)
	once, _ := c.offer(b.N, capacity)
	b.ResetTimer()
	twice, refused := c.offer(2*b.N, 2*capacity)
	b.StopTimer()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(once, "accepted/s-at-1x")
	b.ReportMetric(twice, "accepted/s-at-2x")
	b.ReportMetric(twice/once, "ratio")
	b.ReportMetric(refused, "refused-at-2x")
}

// offer sends n commands at a rate a second, or as 128 hands can, and returns
// how many were accepted in a second, until all of them were handled, and which
// part was refused.
func (c *crowd) offer(n int, rate float64) (accepted, refused float64) {
	c.b.Helper()
	hands := crowdHands
	if rate == 0 {
		hands = crowdHands / 4
	}
	acceptedBefore, refusedBefore := c.accepted.Load(), c.refused.Load()
	began := time.Now()
	var next atomic.Int64
	var group sync.WaitGroup
	for range hands {
		group.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if rate > 0 {
					time.Sleep(time.Until(began.Add(time.Duration(float64(i) / rate * float64(time.Second)))))
				}
				c.send()
			}
		})
	}
	group.Wait()
	c.await(&c.third, int(c.accepted.Load()))
	accepted = float64(c.accepted.Load()-acceptedBefore) / time.Since(began).Seconds()
	return accepted, float64(c.refused.Load()-refusedBefore) / float64(n)
}

func (c *crowd) send() {
	body := fmt.Appendf(nil, `{"chain":"c%08d","sent":0,"fill":%q,"times":1}`, c.sent.Add(1), fill)
	r := httptest.NewRequestWithContext(c.b.Context(), http.MethodPost, "http://localhost/commands/hop.start", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	switch w.Code {
	case http.StatusCreated:
		c.accepted.Add(1)
	case http.StatusTooManyRequests:
		c.refused.Add(1)
	default:
		c.b.Errorf("%d %s", w.Code, w.Body)
	}
}
