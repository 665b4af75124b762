// Package operating keeps book of what operators must know: what the system finds
// when it watches itself.
package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/function"
)

// Functions returns what is done about functions that fail and flows that stall.
func Functions() []flow.Function {
	return []flow.Function{
		flow.On("open-incident", ofFailed, Incident.OnFunctionFailed).Emits(incident.Opened{}),
		flow.On("close-incident", ofRecovered, Incident.OnFunctionRecovered).Emits(incident.Closed{}),
		flow.On("note-stalled-flow", ofStalled, Incident.OnFlowStalled).Emits(incident.Noted{}),
	}
}

func ofFailed(e function.Failed) string       { return incident.OfFunction(e.Function) }
func ofRecovered(e function.Recovered) string { return incident.OfFunction(e.Function) }
func ofStalled(e flow.Stalled) string         { return incident.OfFlow(e.Flow) }
