package functions_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/events"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/audit"
)

// Whatever the order in which events arrive, however often, whoever asks what at
// which moment, and though the outside fails: every order ends, and the money is
// where it belongs.
func TestEveryOrderEndsWellInAnyOrderOfEvents(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := uint64(1); seed <= 25; seed++ {
		r := &race{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 7)), outside: newFlaky(seed, 0.3)}
		r.run(15)
		maps.Copy(seen, r.check())
	}
	for _, typ := range events.Catalogue().Types() {
		// What the system says about itself is not a matter of races.
		if !seen[typ] && !slices.Contains([]string{"function", "flow", "incident"}, flow.Namespace(typ)) {
			t.Errorf("%s never happened: the test is weaker than it looks", typ)
		}
	}
}

// A race is one random run of the whole application.
type race struct {
	t       *testing.T
	seed    uint64
	random  *rand.Rand
	outside *flaky
	world   *flowtest.World
}

// run places n orders, and does random things to them until all have ended.
func (r *race) run(n int) {
	r.t.Helper()
	r.world = flowtest.NewWorld(r.t, functions.App(r.outside.settings()), nil)
	r.world.Shuffle(r.seed, 2) // and each repeated outcome is published twice again
	for _, name := range []string{"alice", "broke"} {
		r.send("consumer.register", map[string]any{"consumer": name, "name": name})
	}
	r.world.Run()
	for i := range n {
		r.place(i)
		for range 40 {
			r.something(i + 1)
		}
	}
	for range 120 * n {
		r.something(n)
	}
	for range 3 { // deadlines, what follows from them, and what failed
		r.world.Run()
		r.world.Wait(functions.DefaultCompleteWithin)
	}
	r.world.Run()
}

func (r *race) pick(from ...string) string { return from[r.random.IntN(len(from))] }

func (r *race) place(i int) {
	r.send("order.place", map[string]any{
		"order":      fmt.Sprint(i),
		"consumer":   r.pick("alice", "alice", "alice", "broke", "nobody"),
		"restaurant": r.pick("roma", "roma", "roma", "closed"),
		"items":      []any{map[string]any{"name": "soup", "quantity": 1, "price": 1 + r.random.IntN(30_000)}},
	})
}

// something does one of the things that can happen at any moment, with one of
// the first n orders.
func (r *race) something(n int) {
	id := fmt.Sprint(r.random.IntN(n))
	switch p := r.random.IntN(1000); {
	case p < 700:
		r.world.Step()
	case p < 720:
		r.tell(id)
	case p < 984:
		command := r.pick("ticket.accept", "ticket.finish", "delivery.pick_up", "delivery.deliver")
		field, _, _ := strings.Cut(command, ".")
		r.send(command, map[string]any{field: id})
	case p < 986:
		r.send("ticket.reject", map[string]any{"ticket": id, "reason": "no soup"})
	case p < 994:
		r.send("order.cancel", map[string]any{"order": id})
	case p < 998:
		r.send("credit.set_limit", map[string]any{"account": "alice", "limit": r.random.IntN(400_000)})
	default:
		r.world.Wait(time.Duration(r.random.IntN(int(functions.DefaultAcceptWithin))))
	}
}

// send sends a command, which may be refused.
func (r *race) send(command string, fields map[string]any) {
	r.t.Helper()
	body, err := json.Marshal(fields)
	if err != nil {
		r.t.Fatal(err)
	}
	_, err = r.world.Send(flow.Request{Command: command, Body: body})
	var refusal *flow.Refusal
	if err != nil && !errors.As(err, &refusal) {
		r.t.Fatalf("seed %d: %s: %v", r.seed, command, err)
	}
}

// check checks what must hold when all is quiet, and returns which events there
// were.
func (r *race) check() map[string]bool {
	r.t.Helper()
	system := r.world.System()
	report, err := audit.Check(system.Log(r.t.Context(), 0, driver.Forever))
	if err != nil || report.Err() != nil || report.Open != 0 {
		r.t.Fatalf("seed %d: %+v, %v", r.seed, report, err)
	}
	found, err := system.Audit(r.t.Context())
	if err != nil || !found.Quiet() || found.Parked != 0 || len(found.Broken) != 0 {
		r.t.Fatalf("seed %d: %+v, %v", r.seed, found, err)
	}
	r.checkMoney()
	seen := map[string]bool{}
	for e, err := range system.Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		seen[e.Type] = true
	}
	return seen
}

// checkMoney compares what the log says was paid and refunded with what the
// payment provider did.
func (r *race) checkMoney() {
	r.t.Helper()
	charged, refunded := map[string]int{}, map[string]int{}
	for e, err := range r.world.System().Log(r.t.Context(), 0, driver.Forever) {
		if err != nil {
			r.t.Fatal(err)
		}
		_, id, _ := strings.Cut(e.Stream, "/")
		switch e.Type {
		case "payment.captured":
			charged[id]++
		case "payment.refunded":
			refunded[id]++
		}
	}
	if !maps.Equal(charged, r.outside.charged) || !maps.Equal(refunded, r.outside.refunded) {
		r.t.Fatalf("seed %d: the log has the charges %v and refunds %v, the provider %v and %v",
			r.seed, charged, refunded, r.outside.charged, r.outside.refunded)
	}
	for id, n := range charged {
		if n != 1 {
			r.t.Fatalf("seed %d: order %s was charged %d times", r.seed, id, n)
		}
	}
}
