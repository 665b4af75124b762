package bank

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/sim"
)

// A Bank is one run of the bank: what is known of it outside.
type Bank struct {
	world  *sim.World
	posted map[string]string // transfers by the idempotency key of their letters

	balances map[string]int
	opened   int
	asked    map[string]int // amounts by transfer
	taken    map[string]bool
	given    map[string]bool
	ended    map[string]bool
	letters  map[string]string // transfers by stamp
}

const accounts = 4

// Scenario returns the scenario: a few accounts, and clients who each transfer money
// several times between them.
func Scenario() sim.Scenario {
	var mu sync.Mutex
	banks := map[*sim.World]*Bank{}
	of := func(w *sim.World) *Bank {
		mu.Lock()
		defer mu.Unlock()
		if banks[w] == nil {
			banks[w] = &Bank{
				world: w, posted: map[string]string{}, balances: map[string]int{}, asked: map[string]int{}, taken: map[string]bool{},
				given: map[string]bool{}, ended: map[string]bool{}, letters: map[string]string{},
			}
		}
		return banks[w]
	}
	return sim.Scenario{
		App:        func(w *sim.World, version int) flow.App { return of(w).app(version) },
		Clients:    func(_ *sim.World, size int) []sim.Client { return clients(size) },
		Invariants: func(w *sim.World) []sim.Invariant { return []sim.Invariant{of(w)} },
	}
}

func clients(size int) []sim.Client {
	all := []sim.Client{{Name: "manager", Do: func(c *sim.Caller) {
		for i := range accounts {
			_, _ = c.Send(sim.Command("account.open", fmt.Sprint("open-", i), map[string]any{"account": fmt.Sprint("a", i), "amount": 100}))
		}
	}}}
	for i := range size {
		all = append(all, sim.Client{Name: fmt.Sprint("client ", i), Begin: time.Duration(i) * 20 * time.Second, Do: func(c *sim.Caller) {
			for n := range 2 {
				pay(c, fmt.Sprint("t", i, "-", n))
				c.Sleep(time.Duration(c.Rand.IntN(int(30 * time.Minute))))
			}
		}})
	}
	return all
}

// pay transfers money, and sometimes asks twice, or for something else with the
// same key.
func pay(c *sim.Caller, id string) {
	fields := map[string]any{
		"transfer": id, "from": fmt.Sprint("a", c.Rand.IntN(accounts)), "to": fmt.Sprint("a", c.Rand.IntN(accounts)), "amount": 1 + c.Rand.IntN(60),
	}
	first, err := c.Send(sim.Command("transfer.request", id, fields))
	if c.Rand.IntN(3) == 0 {
		again, _ := c.Send(sim.Command("transfer.request", id, fields))
		if err == nil && again.ID != first.ID {
			c.Violate("P2", "%s has the receipts %s and %s", id, first.ID, again.ID)
		}
	}
	if c.Rand.IntN(4) == 0 {
		fields["amount"] = 1000
		if _, err := c.Send(sim.Command("transfer.request", id, fields)); !errors.Is(err, flow.ErrKeyReused) {
			c.Violate("P2", "the key %s was used for another command: %v", id, err)
		}
	}
}

// Event implements sim.Invariant.
func (b *Bank) Event(e flow.Recorded) error {
	var f struct {
		Account, Transfer, To, Stamp string
		Amount                       int
	}
	if err := json.Unmarshal(e.Data, &f); err != nil {
		return err
	}
	id := f.Transfer
	switch e.Type {
	case "account.opened":
		b.opened += f.Amount
		b.balances[f.Account] += f.Amount
	case "transfer.requested":
		if b.asked[id] != 0 {
			return fmt.Errorf("%s was requested twice", id)
		}
		b.asked[id] = f.Amount
	case "account.debited":
		if b.taken[id] || f.Amount != b.asked[id] {
			return fmt.Errorf("%s takes %d: it was for %d, taken before is %v", id, f.Amount, b.asked[id], b.taken[id])
		}
		b.taken[id] = true
		if b.balances[f.Account] -= f.Amount; b.balances[f.Account] < 0 {
			return fmt.Errorf("account %s has %d", f.Account, b.balances[f.Account])
		}
	case "account.credited":
		if !b.taken[id] || b.given[id] || f.Amount != b.asked[id] {
			return fmt.Errorf("%s brings %d: it was for %d, given before is %v", id, f.Amount, b.asked[id], b.given[id])
		}
		b.given[id] = true
		b.balances[f.Account] += f.Amount
	case "transfer.completed", "transfer.rejected":
		if b.ended[id] || (e.Type == "transfer.completed") != b.given[id] {
			return fmt.Errorf("%s ends with %s, given is %v, ended before %v", id, e.Type, b.given[id], b.ended[id])
		}
		b.ended[id] = true
	case "letter.sent":
		if f.Stamp != "failed" && f.Stamp != "recovered" && f.Stamp != "stalled" {
			b.letters[f.Stamp] = keyOf(e.Stream)
		}
	}
	return nil
}

// End implements sim.Invariant.
func (b *Bank) End() error {
	sum := 0
	for _, n := range b.balances {
		sum += n
	}
	switch {
	case sum != b.opened:
		return fmt.Errorf("there are %d, and %d were brought", sum, b.opened)
	case len(b.ended) != len(b.asked):
		return fmt.Errorf("%d transfers were requested, and %d ended", len(b.asked), len(b.ended))
	case len(b.letters) != len(b.given) || !maps.Equal(b.letters, b.posted):
		return fmt.Errorf("%d transfers were completed; the log has %d letters, the post %d", len(b.given), len(b.letters), len(b.posted))
	}
	return nil
}
