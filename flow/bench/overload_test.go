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
	// crowdCommands are sent at a time.
	crowdCommands = 2000
)

// BenchmarkOverload offers an edge what it can do, and twice that, in turns. An
// iteration is a turn of both, each until all chains of the accepted have ended.
// What it can do is measured before each turn, by commands that wait for each
// other.
func BenchmarkOverload(b *testing.B) {
	r := newRig(b, false)
	c := &crowd{rig: r, handler: edge.New(r.system, edge.Options{
		MaxBacklog: crowdBacklog, Backlog: func(context.Context) (int, error) { return r.store.Pending(), nil },
	})}
	c.offer(crowdCommands, 0) // warms up
	var once, twice offer
	for b.Loop() {
		capacity := c.offer(crowdCommands, 0).rate()
		once.add(c.offer(crowdCommands, capacity))
		twice.add(c.offer(2*crowdCommands, 2*capacity))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(once.rate(), "accepted/s-at-1x")
	b.ReportMetric(twice.rate(), "accepted/s-at-2x")
	b.ReportMetric(twice.rate()/once.rate(), "ratio")
	b.ReportMetric(once.part(), "refused-at-1x")
	b.ReportMetric(twice.part(), "refused-at-2x")
}

// An offer is what became of commands, and how long it took until all that were
// accepted were handled.
type offer struct {
	accepted, refused int64
	took              time.Duration
}

func (o *offer) add(other offer) {
	o.accepted += other.accepted
	o.refused += other.refused
	o.took += other.took
}

// rate returns the accepted commands a second.
func (o offer) rate() float64 { return float64(o.accepted) / o.took.Seconds() }

// part returns which part was refused.
func (o offer) part() float64 { return float64(o.refused) / float64(o.accepted+o.refused) }

// offer sends n commands at a rate a second, or as 128 hands can.
func (c *crowd) offer(n int, rate float64) offer {
	c.b.Helper()
	hands := crowdHands
	if rate == 0 {
		hands = crowdHands / 4
	}
	before := offer{accepted: c.accepted.Load(), refused: c.refused.Load()}
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
	return offer{c.accepted.Load() - before.accepted, c.refused.Load() - before.refused, time.Since(began)}
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
