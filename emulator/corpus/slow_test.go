package corpus_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/corpus"
	"github.com/onevent/onevent/flow/webhook/public"
)

// The patience of the server with slow clients, and the pause between their bytes.
const (
	headerWithin  = time.Second
	requestWithin = 2 * time.Second
	dripEvery     = 20 * time.Millisecond
)

// TestSlowClientsAreSentAway holds that nobody waits for slow clients, that they keep
// nobody else from being served, and that nothing of what they said is stored.
func TestSlowClientsAreSentAway(t *testing.T) {
	t.Parallel()
	r := newRig(t, public.Options{}, func(s *http.Server) {
		s.ReadHeaderTimeout, s.ReadTimeout, s.IdleTimeout = headerWithin, requestWithin, headerWithin
	})
	g := corpus.Slow()
	var group sync.WaitGroup
	before := r.digest()
	for _, k := range g.Cases {
		group.Go(func() {
			if err := crawl(t.Context(), r.addr, k); err != nil {
				t.Errorf("%s: %v", k.Name, err)
			}
		})
	}
	group.Wait()
	if d := differences(before, r.digest()); d != "" {
		t.Errorf("they stored something: %s", d)
	}
	for _, k := range g.Cases {
		group.Go(func() { _ = crawl(t.Context(), r.addr, k) })
	}
	for i := range 10 { // while they crawl
		r.work(i)
	}
	group.Wait()
	t.Logf("%-18s %5d cases  %s", g.Name, len(g.Cases), g.About)
}

// crawl sends a case, all of it or byte by byte, and then waits for the server to
// close the connection.
func crawl(ctx context.Context, addr string, k corpus.Case) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := client{addr: addr}
	if err := c.open(ctx); err != nil {
		return err
	}
	defer c.close()
	closed := make(chan struct{})
	go c.trickle(k, closed)
	all, err := c.rest()
	close(closed)
	if err != nil {
		return fmt.Errorf("nobody closed the connection: %w", err)
	}
	return checkAll(k, all)
}

// trickle sends a case until it is sent or the connection is closed.
func (c *client) trickle(k corpus.Case, closed <-chan struct{}) {
	conn := c.conn
	if !k.Drip {
		_, _ = conn.Write(k.Raw)
		return
	}
	tick := time.NewTicker(dripEvery)
	defer tick.Stop()
	for i := range k.Raw {
		select {
		case <-closed:
			return
		case <-tick.C:
		}
		if _, err := conn.Write(k.Raw[i : i+1]); err != nil {
			return
		}
	}
}
