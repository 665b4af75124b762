package posting

import (
	"hash/fnv"
	"net/http"
	"time"

	"github.com/onevent/onevent/flow"
)

// MaxRetryAfter bounds for how long a hook may ask us to wait.
const MaxRetryAfter = 24 * time.Hour

// Pauses returns how long to wait after each attempt but the last: more than three
// days together, as Standard Webhooks recommends.
func Pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// A Posting is the state of a posting.
type Posting struct {
	Delivered bool `json:"delivered,omitempty"`
}

// Evolve returns the posting after an event.
func (p Posting) Evolve(e Event) Posting {
	switch e.(type) {
	case Delivered:
		p.Delivered = true
	case Due, Failed, Abandoned, HookSuspected:
	}
	return p
}

// OnFailed tries again later, or gives up after the last attempt, or at once when the
// hook says that it is gone (410).
func (p Posting) OnFailed(e Failed) ([]Event, error) {
	pauses := Pauses()
	switch {
	case p.Delivered:
		return nil, nil
	case e.Attempt > len(pauses) || e.Status == http.StatusGone:
		return []Event{
			Abandoned{Posting: e.Posting, Hook: e.Hook, Event: e.Event, Attempt: e.Attempt, Error: e.Error},
			HookSuspected{Posting: e.Posting, Hook: e.Hook},
		}, nil
	}
	pause := max(pauses[max(e.Attempt, 1)-1], min(time.Duration(e.RetryAfter)*time.Second, MaxRetryAfter))
	return []Event{Due{
		Deadline: flow.After(pause + spread(e, pause)), Posting: e.Posting, Hook: e.Hook, Event: e.Event, Attempt: e.Attempt + 1,
	}}, nil
}

// spread returns up to a tenth of a pause, another for each posting, so that what
// failed together does not come together again.
func spread(e Failed, pause time.Duration) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.Posting)) // it never fails
	return pause / 10 * time.Duration(h.Sum32()%1000) / 1000
}
