package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/flow/function"
)

// OnFunctionRecovered closes an incident, also one that is still to be heard of.
func (i Incident) OnFunctionRecovered(e function.Recovered) ([]incident.Event, error) {
	if !e.Since.After(i.Closed) {
		return nil, nil
	}
	return []incident.Event{incident.Closed{
		Incident: incident.OfFunction(e.Function), Function: e.Function, Since: e.Since,
	}}, nil
}
