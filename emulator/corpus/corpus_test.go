package corpus_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/emulator/corpus"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/flow/webhook/public"
)

// fewest is how many cases the corpus has at least.
const fewest = 6000

// maxTold is how many failures of a group are told one by one.
const maxTold = 20

// maxCulprits is how many cases are looked for that store something.
const maxCulprits = 3

func groups() []corpus.Group { return corpus.Groups(corpus.App(out.New(out.Options{}))) }

// A corpus that shrinks, or that names two cases alike, is no record of what was
// tried.
func TestCasesAreManyAndHaveNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, g := range append(groups(), corpus.Slow()) {
		if g.About == "" || len(g.Cases) == 0 {
			t.Errorf("the group %q is empty, or says nothing", g.Name)
		}
		for _, c := range g.Cases {
			if seen[c.Name] || !strings.HasPrefix(c.Name, g.Name+"/") {
				t.Errorf("the name %q is there twice, or not of its group", c.Name)
			}
			seen[c.Name] = true
		}
	}
	if n := len(seen) + len(corpus.Names()); n < fewest {
		t.Errorf("%d cases, want at least %d", n, fewest)
	}
}

// TestBadInputChangesNothing sends the corpus to the application, and looks after each
// group at all that is stored.
func TestBadInputChangesNothing(t *testing.T) { //nolint:paralleltest // it counts goroutines
	base := runtime.NumGoroutine()
	t.Run("corpus", func(t *testing.T) {
		r := newRig(t, public.Options{}, nil)
		cases, unsupported := 0, 0
		for i, g := range groups() {
			began := time.Now()
			g.Cases = some(g.Cases)
			r.run(g)
			r.work(i)
			t.Logf("%-18s %5d cases %6d ms  %s", g.Name, len(g.Cases), time.Since(began).Milliseconds(), g.About)
			cases += len(g.Cases)
			for _, c := range g.Cases {
				if c.Want == corpus.Unsupported {
					unsupported++
				}
			}
		}
		if log := r.log.String(); strings.Contains(log, "panic") || strings.Contains(log, "request failed") {
			t.Errorf("the system says: %s", log[:min(len(log), 2000)])
		}
		if !t.Failed() {
			t.Logf("corpus: %d cases, 0 crashes, 0 5xx, nothing stored; to %d of them HTTP itself may answer 501 or 505", cases, unsupported)
		}
	})
	awaitGoroutines(t, base)
}

// some returns every case, or every tenth.
func some(cases []corpus.Case) (chosen []corpus.Case) {
	for chunk := range slices.Chunk(cases, step) {
		chosen = append(chosen, chunk[0])
	}
	return chosen
}

// run sends the cases of a group, and holds that they are answered as they should be
// and store nothing, unless that is what they are for.
func (r *rig) run(g corpus.Group) {
	r.t.Helper()
	r.prepare(g)
	before := r.digest()
	failed := r.send(g.Cases)
	for i, f := range failed {
		if i == maxTold {
			r.t.Errorf("%s: %d more", g.Name, len(failed)-i)
			break
		}
		r.t.Error(f)
	}
	if strings.HasPrefix(g.Name, "kept/") {
		return
	}
	if d := differences(before, r.digest()); d != "" {
		r.t.Errorf("%s stored something: %s; it was %s", g.Name, d, strings.Join(r.culprits(g, g.Cases), ", "))
	}
}

// prepare sends what a group has to find.
func (r *rig) prepare(g corpus.Group) {
	r.t.Helper()
	c := client{addr: r.addr}
	defer c.close()
	for i, raw := range g.Before {
		ctx, cancel := context.WithTimeout(r.t.Context(), within)
		a, err := c.send(ctx, raw)
		cancel()
		if err != nil || a.status != http.StatusCreated {
			r.t.Fatalf("%s: request %d before it: %v, %v", g.Name, i, err, a.unexpected())
		}
	}
}

// connections is how many cases are sent at the same time.
const connections = 8

// send sends cases and returns what is wrong with the answers.
func (r *rig) send(cases []corpus.Case) (failed []string) {
	var mu sync.Mutex
	var next atomic.Int64
	var group sync.WaitGroup
	for range connections {
		group.Go(func() {
			c := &client{addr: r.addr}
			defer c.close()
			for i := int(next.Add(1)) - 1; i < len(cases); i = int(next.Add(1)) - 1 {
				if err := c.try(r.t.Context(), cases[i]); err != nil {
					mu.Lock()
					failed = append(failed, fmt.Sprintf("%s: %v", cases[i].Name, err))
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return failed
}

// culprits returns the names of the cases that store something, found by halves, each
// on a system of its own.
func (r *rig) culprits(g corpus.Group, cases []corpus.Case) (names []string) {
	if r.found >= maxCulprits {
		return nil
	}
	fresh := newRig(r.t, public.Options{}, nil)
	fresh.prepare(g)
	before := fresh.digest()
	fresh.send(cases)
	switch {
	case differences(before, fresh.digest()) == "":
		return nil
	case len(cases) == 1:
		r.found++
		return []string{cases[0].Name}
	}
	half := len(cases) / 2
	return append(r.culprits(g, cases[:half]), r.culprits(g, cases[half:])...)
}

// work holds that a command that is right is still executed, and seen.
func (r *rig) work(i int) {
	r.t.Helper()
	c := &client{addr: r.addr}
	defer c.close()
	id, name := fmt.Sprintf("well-%d", i), fmt.Sprintf("Ann %d", i)
	body := fmt.Sprintf(`{"consumer":%q,"name":%q}`, id, name)
	raw := fmt.Sprintf("POST /commands/consumer.register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if err := c.try(r.t.Context(), corpus.Case{
		Raw: []byte(raw), Want: corpus.Kept, Status: []int{http.StatusCreated},
		Show: "/streams/consumer/" + id, Text: name,
	}); err != nil {
		r.t.Errorf("a command that is right: %v", err)
	}
}

// awaitGoroutines holds that nobody is left behind.
func awaitGoroutines(t *testing.T, base int) {
	t.Helper()
	for deadline := time.Now().Add(within); runtime.NumGoroutine() > base; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, there were %d: %s", runtime.NumGoroutine(), base, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
