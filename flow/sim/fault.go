package sim

import (
	"fmt"
	"strings"
	"time"
)

// A Fault is a kind of thing that goes wrong.
type Fault int

// The faults.
const (
	// Duplicate delivers a message twice, the second time up to days later.
	Duplicate Fault = iota
	// Delay delivers a message late.
	Delay
	// Drop loses a delivery; the message comes again.
	Drop
	// LoseAck loses an acknowledgement; the message comes again.
	LoseAck
	// Fail makes a call fail that did nothing.
	Fail
	// Unknown makes a call fail that did its work.
	Unknown
	// Conflict makes a conditional write fail though nobody was in the way.
	Conflict
	// Stale lets a read return what was there when it was called, or, of a
	// view's document, before the last write.
	Stale
	// Crash ends a process at a call, with all that it was doing.
	Crash
	// Pause lets one piece of work stand still for minutes, and then go on.
	Pause
	// Jump sets a process's clock forward or back.
	Jump
	// Outage makes the outside fail for some time.
	Outage
	// Lose drops all messages of a subscription at once.
	Lose
	faults
)

// String returns the fault's name.
func (f Fault) String() string {
	return [...]string{
		"duplicate", "delay", "drop", "lose ack", "fail", "unknown outcome", "conflict", "stale read",
		"crash", "pause", "clock jump", "outage", "lose messages",
	}[f]
}

// Faults returns all faults.
func Faults() []Fault {
	all := make([]Fault, faults)
	for i := range all {
		all[i] = Fault(i)
	}
	return all
}

// A Profile says how often faults strike. Rates are the most that a seed may
// draw, as a share of the moments at which the fault could strike; each seed draws
// its own, and leaves each kind out once in three times.
type Profile struct {
	Name  string
	Rates map[Fault]float64
	// Nodes and Workers are the most processes, and the most messages that
	// each handles at once.
	Nodes, Workers int
	// Skew is the most that clocks differ.
	Skew time.Duration
	// Versions runs two versions of the code at once.
	Versions bool
	// Healing lets the engine look for lost messages. It hides mistakes that
	// lose messages, so only some seeds have it; Lose strikes only there.
	Healing bool
}

// Profiles returns the profiles: "calm" has no faults, "swarm" is for every day,
// "storm" has much of everything.
func Profiles() []Profile {
	swarm := map[Fault]float64{
		Duplicate: 0.3, Delay: 0.3, Drop: 0.2, LoseAck: 0.2, Fail: 0.08, Unknown: 0.08, Conflict: 0.08, Stale: 0.5,
		Crash: 0.01, Pause: 0.01, Jump: 0.3, Outage: 1, Lose: 1,
	}
	storm := map[Fault]float64{
		Duplicate: 0.5, Delay: 0.5, Drop: 0.4, LoseAck: 0.4, Fail: 0.15, Unknown: 0.15, Conflict: 0.15, Stale: 1,
		Crash: 0.03, Pause: 0.03, Jump: 0.6, Outage: 1, Lose: 1,
	}
	return []Profile{
		{Name: "swarm", Rates: swarm, Nodes: 3, Workers: 8, Skew: 5 * time.Minute, Versions: true, Healing: true},
		{Name: "calm", Nodes: 2, Workers: 4},
		{Name: "storm", Rates: storm, Nodes: 4, Workers: 8, Skew: 5 * time.Minute, Versions: true, Healing: true},
	}
}

// ProfileOf returns the profile with a name; empty means swarm.
func ProfileOf(name string) (Profile, error) {
	if name == "" {
		name = "swarm"
	}
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("sim: profile %q is none of %s", name, strings.Join(names, ", "))
}

// draw returns the rates of one seed.
func (p Profile) draw(seed uint64) [faults]float64 {
	var rates [faults]float64
	for _, f := range Faults() {
		if unit(mix(seed, uint64(f), saltOff)) < 1.0/3 { //nolint:gosec // faults are few
			continue
		}
		rates[f] = p.Rates[f] * unit(mix(seed, uint64(f), saltRate)) //nolint:gosec // faults are few
	}
	return rates
}

// A moment is when a fault may strike: a step of an actor, or the like.
type moment struct{ who, step uint64 }

// A strike is one fault at one moment.
type strike struct {
	fault Fault
	moment
}

// strikes says whether a fault strikes at a moment, and notes it.
func (w *World) strikes(f Fault, m moment) bool {
	if w.calm || w.rates[f] == 0 || unit(mix(w.seed, m.who, m.step, uint64(f), saltFault)) >= w.rates[f] { //nolint:gosec // faults are few
		return false
	}
	s := strike{f, m}
	if w.options.spared[s] {
		return false
	}
	w.struck = append(w.struck, s)
	w.cover(f.String())
	return true
}

// amount returns a number for a fault at a moment.
func (w *World) amount(f Fault, m moment) uint64 {
	return mix(w.seed, m.who, m.step, uint64(f), saltAmount) //nolint:gosec // faults are few
}
