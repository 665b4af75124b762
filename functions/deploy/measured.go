package deploy

import (
	"embed"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow/cost"
	"github.com/onevent/onevent/flow/infra"
)

// measured is what go run ./emulator/meter/measure wrote.
//
//go:embed measured/*.json
var measured embed.FS

// Measured returns what orders used on a platform when they were last measured. A
// test measures again.
func Measured(p cost.Platform) (cost.Measured, error) {
	data, err := measured.ReadFile("measured/" + string(p) + ".json")
	if err != nil {
		return cost.Measured{}, fmt.Errorf("deploy: %w", err)
	}
	return cost.ParseMeasured(data)
}

const (
	// others are the programs that are no functions: the edge, the console, the tick
	// and the dead letters.
	others = 4
	// policies are the alerts of infra/gcp that are over all functions together.
	policies = 6
	// alarms are those of infra/aws: one for each of the others, one more for the
	// addresses of the edge and the console, one for what is parked and one for a tick
	// that is missing.
	alarms = others + 2 + 1 + 1
)

// Fixed returns what infra/gcp or infra/aws creates that costs by the month, with one
// deployment for each function.
func Fixed(d infra.Description, p cost.Platform) cost.Fixed {
	events := 0 // that are alarms
	for _, event := range []string{"flow.stalled", "function.failed", "incident.raised"} {
		if _, ok := d.Events[event]; ok {
			events++
		}
	}
	f := cost.Fixed{
		Queues: 2 * len(d.Functions), Secrets: len(d.Secrets), Alarms: policies + events,
		Tick: tickOf(d), MemoryMiB: memoryOf(d), EdgeMiB: d.Edge.MemoryMiB,
	}
	if p == cost.AWS { // two for each queue with its dead letters, one for each function
		f.Alarms = 3*len(d.Functions) + alarms + events
	}
	return f
}

func tickOf(d infra.Description) time.Duration {
	return time.Duration(d.Limits.TickSeconds) * time.Second
}

// memoryOf returns the largest memory of a function.
func memoryOf(d infra.Description) int {
	mib := 0
	for _, f := range d.Functions {
		mib = max(mib, f.MemoryMiB)
	}
	return mib
}
