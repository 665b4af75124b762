package operating

import (
	"time"

	"github.com/onevent/onevent/events/incident"
)

// An Incident is the state of an incident. The times tell failures of a function
// apart: what is heard of twice, or in the wrong order, does no harm.
type Incident struct {
	// Opened and Closed are since when the function failed that was last heard
	// to fail, and to work again.
	Opened time.Time `json:"opened"`
	Closed time.Time `json:"closed"`
}

// Evolve returns the incident after an event.
func (i Incident) Evolve(e incident.Event) Incident {
	switch e := e.(type) {
	case incident.Opened:
		i.Opened = e.Since
	case incident.Closed:
		i.Closed = e.Since
	case incident.Noted, incident.Raised:
	}
	return i
}
