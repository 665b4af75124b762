package cost

import (
	"time"

	"github.com/onevent/onevent/flow/usage"
)

// runStep is what Cloud Run rounds the time of an instance up to, see
// https://cloud.google.com/run/pricing.
const runStep = 100 * time.Millisecond

func (c counter) ordersGCP() []quantity {
	u := c.m.Used
	of := func(n float64) float64 { return c.scaled(n) }
	all := append(c.firestore(u, of),
		quantity{firestore, "stored GiB-months", c.count(u.NewBytes) / gib},
		quantity{pubsub, "TiB published and delivered", c.count(u.PublishedBytes+u.DeliveredBytes) / tib})
	edge, edgeMemory := c.seconds(c.count(c.m.Requests), runStep, c.a.Together, c.f.EdgeMiB)
	took, memory := c.seconds(c.count(c.m.Deliveries()), runStep, c.a.Together, c.f.MemoryMiB)
	return append(all,
		quantity{run, "requests", c.count(c.m.Requests + c.m.Deliveries())},
		quantity{run, "vCPU-seconds", edge + took}, quantity{run, "GiB-seconds", edgeMemory + memory})
}

func (c counter) idleGCP() []quantity {
	all := c.firestore(c.m.Idle, func(n float64) float64 { return n * c.ticks() })
	took, memory := c.seconds(c.ticks(), runStep, 1, c.f.EdgeMiB)
	return append(all,
		quantity{run, "requests", c.ticks()}, quantity{run, "vCPU-seconds", took}, quantity{run, "GiB-seconds", memory},
		quantity{scheduler, "jobs", 1}, quantity{secrets, "versions", float64(c.f.Secrets)},
		quantity{monitor, "alert conditions", float64(c.f.Alarms)})
}

// firestore returns what a usage is for an edition: documents, or units.
func (c counter) firestore(u usage.Usage, of func(float64) float64) []quantity {
	if c.a.Enterprise {
		return []quantity{
			{firestore, "read units (Enterprise)", of(u.ReadUnits)},
			{firestore, "write units (Enterprise)", of(float64(u.WriteUnits))},
		}
	}
	return []quantity{
		{firestore, "document reads", of(float64(u.Reads))},
		{firestore, "document writes", of(float64(u.Writes))},
		{firestore, "document deletes", of(float64(u.Deletes))},
	}
}
