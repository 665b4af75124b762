// Package operating keeps book of what operators must know: what the system finds
// when it watches itself, and where money is at risk.
package operating

import (
	"github.com/onevent/onevent/events/incident"
	"github.com/onevent/onevent/events/payment"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/function"
)

// Functions returns what is done about functions that fail, flows that stall, and
// payments that bounce or are disputed.
func Functions() []flow.Function {
	return []flow.Function{
		flow.On("open-incident", ofFailed, Incident.OnFunctionFailed).Emits(incident.Opened{}),
		flow.On("close-incident", ofRecovered, Incident.OnFunctionRecovered).Emits(incident.Closed{}),
		flow.On("note-stalled-flow", ofStalled, Incident.OnFlowStalled).Emits(incident.Noted{}),
		flow.On("raise-bounced-payment", ofBounced, Incident.OnPaymentBounced).Emits(incident.Raised{}),
		flow.On("raise-disputed-payment", ofDisputed, Incident.OnPaymentDisputed).Emits(incident.Raised{}),
	}
}

func ofFailed(e function.Failed) string       { return incident.OfFunction(e.Function) }
func ofRecovered(e function.Recovered) string { return incident.OfFunction(e.Function) }
func ofStalled(e flow.Stalled) string         { return incident.OfFlow(e.Flow) }
func ofBounced(e payment.Bounced) string      { return incident.OfPayment(e.Payment) }
func ofDisputed(e payment.Disputed) string    { return incident.OfPayment(e.Payment) }
