package operating_test

import (
	"testing"
	"time"

	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/flowtest"
	"github.com/onevent/onevent/flow/function"
	"github.com/onevent/onevent/functions/operating"
)

func TestIncident(t *testing.T) {
	t.Parallel()
	since := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	failed := function.Failed{Function: "charge-card", Error: "no line", Since: since}
	recovered := function.Recovered{Function: "charge-card", Since: since, Probes: 3}
	var opened, closed, openedAgain incident.Event
	opened = incident.Opened{Incident: "function-charge-card", Function: "charge-card", Error: "no line", Since: since}
	closed = incident.Closed{Incident: "function-charge-card", Function: "charge-card", Since: since}
	again := failed
	again.Since = since.Add(time.Hour)
	openedAgain = incident.Opened{Incident: "function-charge-card", Function: "charge-card", Error: "no line", Since: again.Since}
	flowtest.Decide(t, operating.Incident.OnFunctionFailed).When(failed).Then(opened)
	flowtest.Decide(t, operating.Incident.OnFunctionFailed).Given(opened).When(failed).ThenNothing()
	flowtest.Decide(t, operating.Incident.OnFunctionFailed).Given(opened, closed).When(again).Then(openedAgain)
	flowtest.Decide(t, operating.Incident.OnFunctionFailed).Given(closed).When(failed).ThenNothing() // they came in the wrong order
	flowtest.Decide(t, operating.Incident.OnFunctionRecovered).Given(opened).When(recovered).Then(closed)
	flowtest.Decide(t, operating.Incident.OnFunctionRecovered).Given(opened, closed).When(recovered).ThenNothing()
	flowtest.Decide(t, operating.Incident.OnFlowStalled).
		When(flow.Stalled{Flow: "f", Event: "e-0", EventType: "order.created", Function: "reserve-credit", Standing: "parked", Since: since}).
		Then(incident.Noted{Incident: "flow-f", Flow: "f", Event: "order.created", Function: "reserve-credit", Standing: "parked", Since: since})
}
