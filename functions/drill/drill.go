// Package drill is the scenario in which the application is simulated: consumers,
// restaurants, couriers and operators who do all that they may, at any time, and
// a payment provider and restaurants that answer when they feel like it.
package drill

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/sim"
	"github.com/onevent/onevent/functions"
)

// Scenario returns the scenario.
func Scenario() sim.Scenario {
	worlds := newCities()
	return sim.Scenario{
		App: func(w *sim.World, version int) flow.App {
			c := worlds.of(w)
			s := functions.Settings{Restaurant: c, Payments: c}
			if version == 2 { // another version is more patient
				s.AcceptWithin = 2 * functions.DefaultAcceptWithin
			}
			return functions.App(s)
		},
		Clients:    func(_ *sim.World, size int) []sim.Client { return clients(size) },
		Invariants: func(w *sim.World) []sim.Invariant { return []sim.Invariant{worlds.of(w)} },
	}
}

// clients returns who takes part: one who registers consumers and sets limits, and
// one for each order.
func clients(orders int) []sim.Client {
	all := []sim.Client{{Name: "office", Do: office}}
	for i := range orders {
		all = append(all, sim.Client{
			Name: fmt.Sprint("order ", i), Begin: time.Duration(i) * time.Minute,
			Do: func(c *sim.Caller) { live(c, strconv.Itoa(i)) },
		})
	}
	return all
}

// office registers the consumers, and changes limits now and then.
func office(c *sim.Caller) {
	for _, name := range []string{"alice", "broke"} {
		_, _ = c.Send(sim.Command("consumer.register", "register-"+name, map[string]any{"consumer": name, "name": name}))
	}
	for i := range 5 {
		c.Sleep(time.Duration(c.Rand.IntN(int(20 * time.Minute))))
		_, _ = c.Send(sim.Command("credit.set_limit", fmt.Sprint("limit-", i), map[string]any{"account": "alice", "limit": c.Rand.IntN(400_000)}))
	}
}

// live is the life of one order: it is placed, and then everybody does something
// with it, in some order, sometimes twice.
func live(c *sim.Caller, id string) {
	pick := func(from ...string) string { return from[c.Rand.IntN(len(from))] }
	place := sim.Command("order.place", "place-"+id, map[string]any{
		"order":      id,
		"consumer":   pick("alice", "alice", "alice", "broke", "nobody"),
		"restaurant": pick("roma", "roma", "roma", "closed"),
		"items":      []any{map[string]any{"name": "soup", "quantity": 1, "price": 1 + c.Rand.IntN(30_000)}},
	})
	_, _ = c.Send(place)
	if c.Rand.IntN(10) == 0 { // impatient people click twice
		_, _ = c.Send(place)
	}
	for step := range 12 {
		c.Sleep(time.Duration(c.Rand.IntN(int(90 * time.Second))))
		command, fields := something(c, id, pick)
		r := sim.Command(command, fmt.Sprintf("%s-%s-%d", command, id, step), fields)
		if c.Rand.IntN(8) == 0 {
			r.IdempotencyKey = ""
		}
		_, _ = c.Send(r)
	}
}

func something(c *sim.Caller, id string, pick func(...string) string) (command string, fields map[string]any) {
	switch p := c.Rand.IntN(100); {
	case p < 3:
		return "ticket.reject", map[string]any{"ticket": id, "reason": "no soup"}
	case p < 8:
		return "order.cancel", map[string]any{"order": id}
	}
	command = pick("ticket.accept", "ticket.finish", "delivery.pick_up", "delivery.deliver")
	field, _, _ := strings.Cut(command, ".")
	return command, map[string]any{field: id}
}
