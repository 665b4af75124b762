package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/flow/function"
)

// OnFunctionFailed opens an incident, unless it is known to be over.
func (i Incident) OnFunctionFailed(e function.Failed) ([]incident.Event, error) {
	if !e.Since.After(i.Opened) || !e.Since.After(i.Closed) {
		return nil, nil
	}
	return []incident.Event{incident.Opened{
		Incident: incident.OfFunction(e.Function), Function: e.Function, Error: e.Error, Since: e.Since,
	}}, nil
}
