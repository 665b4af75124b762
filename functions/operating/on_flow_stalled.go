package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/flow"
)

// OnFlowStalled notes where a flow stands that does not go on.
func (Incident) OnFlowStalled(e flow.Stalled) ([]incident.Event, error) {
	return []incident.Event{incident.Noted{
		Incident: incident.OfFlow(e.Flow), Flow: e.Flow, Event: e.EventType, Function: e.Function,
		Standing: e.Standing, Error: e.Error, Since: e.Since,
	}}, nil
}
