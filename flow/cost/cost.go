// Package cost says what an application costs on a cloud: what was measured of it,
// times a table of prices that has a date and sources.
//
// It is arithmetic and nothing else: it calls nobody, and reads no clock.
package cost

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/usage"
)

// A Platform is a cloud.
type Platform string

// The platforms that have prices.
const (
	GCP Platform = "gcp"
	AWS Platform = "aws"
)

// ParsePlatform returns the platform with a name.
func ParsePlatform(name string) (Platform, error) {
	if p := Platform(name); p == GCP || p == AWS {
		return p, nil
	}
	return "", fmt.Errorf("cost: platform %q is neither gcp nor aws", name)
}

// Measured is what was used while a number of orders ran through an application,
// from the request that placed each to the last look that the system had at it.
type Measured struct {
	Platform Platform `json:"platform"`
	// Date is when, as in 2026-11-21, and What says what ran.
	Date string `json:"date"`
	What string `json:"what"`
	// Orders is how many orders the other figures are of.
	Orders int64 `json:"orders"`
	// Requests came to the edge. Handled and Viewed are messages that functions and
	// views took, Events the events that were recorded, once each.
	Requests int64 `json:"requests"`
	Handled  int64 `json:"handled"`
	Viewed   int64 `json:"viewed"`
	Events   int64 `json:"events"`
	// Used is what was used for the orders, and Idle by one tick when nothing
	// happens.
	Used usage.Usage `json:"used"`
	Idle usage.Usage `json:"idle"`
}

// ParseMeasured reads what Measured is as JSON.
func ParseMeasured(data []byte) (Measured, error) {
	var m Measured
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("cost: what was measured: %w", err)
	}
	if _, err := ParsePlatform(string(m.Platform)); err != nil {
		return m, err
	}
	if m.Orders <= 0 || m.Handled+m.Viewed <= 0 {
		return m, fmt.Errorf("cost: what was measured on %s: %d orders, %d messages", m.Platform, m.Orders, m.Handled+m.Viewed)
	}
	return m, nil
}

// Deliveries returns how many messages functions and views took.
func (m Measured) Deliveries() int64 { return m.Handled + m.Viewed }

// Fixed is what there is whether anything happens or not.
type Fixed struct {
	// Queues have a poller of Lambda's: one for each function and view, and one for
	// the dead letters of each.
	Queues int `json:"queues"`
	// Alarms are alarms, or conditions of alerts.
	Alarms int `json:"alarms"`
	// Secrets are stored, in one version each.
	Secrets int `json:"secrets"`
	// Tick is how far apart two ticks are.
	Tick time.Duration `json:"tick"`
	// MemoryMiB and EdgeMiB are the memory of an instance of a function, and of one
	// of the edge and the tick.
	MemoryMiB int `json:"memory_mib"`
	EdgeMiB   int `json:"edge_mib"`
}

// Assumptions are what nobody measured. The zero value of each field is not good;
// Defaults are.
type Assumptions struct {
	// Orders are how many there are in a month.
	Orders float64 `json:"orders"`
	// Duration is how long handling one message, or request, takes.
	Duration time.Duration `json:"duration_ns"`
	// MemoryMiB is the memory of every instance; 0 means that of Fixed.
	MemoryMiB int `json:"memory_mib"`
	// Together is how many messages share an invocation of Lambda, or, on average,
	// the time of an instance of Cloud Run.
	Together float64 `json:"together"`
	// Pollers is how many pollers of Lambda ask an empty queue.
	Pollers int `json:"pollers"`
	// Enterprise is whether Firestore has the Enterprise edition.
	Enterprise bool `json:"enterprise,omitzero"`
	// FreeTier takes off what is free each month.
	FreeTier bool `json:"free_tier"`
}

// Defaults returns assumptions on the careful side: a million orders, 50 ms for each
// message, none of which shares an instance.
func Defaults() Assumptions {
	return Assumptions{Orders: 1e6, Duration: 50 * time.Millisecond, Together: 1, Pollers: 2}
}

// check says which assumption is not possible.
func (a Assumptions) check() error {
	switch {
	case !(a.Orders >= 0 && a.Orders <= 1e15):
		return fmt.Errorf("cost: %g orders", a.Orders)
	case a.Duration <= 0 || a.Duration > time.Hour:
		return fmt.Errorf("cost: a duration of %v", a.Duration)
	case !(a.Together >= 1 && a.Together <= 1000):
		return fmt.Errorf("cost: %g messages together", a.Together)
	case a.Pollers < 0 || a.MemoryMiB < 0:
		return fmt.Errorf("cost: %d pollers, %d MiB", a.Pollers, a.MemoryMiB)
	}
	return nil
}
