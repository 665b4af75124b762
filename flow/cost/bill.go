package cost

import (
	"math"
	"time"
)

// A Line is one line of a bill: so many units of a service.
type Line struct {
	Service  string  `json:"service"`
	Unit     string  `json:"unit"`
	Quantity float64 `json:"quantity"`
	USD      float64 `json:"usd"`
}

// A Bill is that of a month, in USD.
type Bill struct {
	Platform Platform `json:"platform"`
	Region   string   `json:"region"`
	// Prices is the date of the prices, and Measured that of the counts.
	Prices   string `json:"prices"`
	Measured string `json:"measured"`
	// Orders is what the orders cost, and Idle what there is without any.
	Orders []Line `json:"orders"`
	Idle   []Line `json:"idle"`
	// Free is what the free tier takes off, if that is wanted, as negative amounts.
	Free        []Line      `json:"free"`
	OrdersUSD   float64     `json:"orders_usd"`
	IdleUSD     float64     `json:"idle_usd"`
	FreeUSD     float64     `json:"free_usd"`
	TotalUSD    float64     `json:"total_usd"`
	Assumptions Assumptions `json:"assumptions"`
}

// For returns the bill of a month. Lines of which there are none are left out.
func For(m Measured, f Fixed, a Assumptions) (Bill, error) {
	if err := a.check(); err != nil {
		return Bill{}, err
	}
	t := Prices(m.Platform)
	b := Bill{Platform: t.Platform, Region: t.Region, Prices: t.Date, Measured: m.Date, Assumptions: a}
	c := counter{m: m, f: f, a: a}
	b.Orders, b.Idle = t.lines(c.orders()), t.lines(c.idle())
	b.Free = []Line{}
	if a.FreeTier {
		b.Free = t.free(b.Orders, b.Idle)
	}
	b.OrdersUSD, b.IdleUSD, b.FreeUSD = sum(b.Orders), sum(b.Idle), sum(b.Free)
	b.TotalUSD = b.OrdersUSD + b.IdleUSD + b.FreeUSD
	return b, nil
}

func sum(lines []Line) (usd float64) {
	for _, l := range lines {
		usd += l.USD
	}
	return usd
}

// A quantity is so many units of a service.
type quantity struct {
	service, unit string
	n             float64
}

// lines returns the lines for quantities, in their order.
func (t Table) lines(quantities []quantity) []Line {
	lines := []Line{}
	for _, q := range quantities {
		if q.n > 0 {
			p := t.find(q.service, q.unit)
			lines = append(lines, Line{q.service, q.unit, q.n, q.n / p.Per * p.USD})
		}
	}
	return lines
}

// free returns what is free of the lines of both parts of a bill together.
func (t Table) free(parts ...[]Line) []Line {
	lines := []Line{}
	for _, p := range t.Prices {
		used := 0.0
		for _, part := range parts {
			for _, l := range part {
				if l.Service == p.Service && l.Unit == p.Unit {
					used += l.Quantity
				}
			}
		}
		if n := min(used, p.Free); n > 0 {
			lines = append(lines, Line{p.Service, p.Unit, n, -n / p.Per * p.USD})
		}
	}
	return lines
}

// A counter makes quantities of what was measured.
type counter struct {
	m Measured
	f Fixed
	a Assumptions
}

// scaled returns how much of something there is in a month, of which n was measured.
func (c counter) scaled(n float64) float64 { return n * c.a.Orders / float64(c.m.Orders) }

func (c counter) count(n int64) float64 { return c.scaled(float64(n)) }

// ticks returns how many ticks a month has.
func (c counter) ticks() float64 {
	if c.f.Tick <= 0 {
		return 0
	}
	return monthHours * float64(time.Hour) / float64(c.f.Tick)
}

func (c counter) orders() []quantity {
	if c.m.Platform == AWS {
		return c.ordersAWS()
	}
	return c.ordersGCP()
}

func (c counter) idle() []quantity {
	if c.m.Platform == AWS {
		return c.idleAWS()
	}
	return c.idleGCP()
}

// seconds returns how long n invocations take, in steps of what is billed at least,
// and with as much memory, in GiB, as they have.
func (c counter) seconds(n float64, step time.Duration, together float64, mib int) (seconds, gibSeconds float64) {
	if c.a.MemoryMiB > 0 {
		mib = c.a.MemoryMiB
	}
	steps := math.Ceil(float64(c.a.Duration) / float64(step))
	seconds = n * steps * step.Seconds() / together
	return seconds, seconds * float64(mib) / 1024
}
