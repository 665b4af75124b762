package flow

import (
	"cmp"
	"time"

	"github.com/onevent/onevent/flow/function"
)

// A Watch says how a system looks after itself. The zero Watch is good for the
// clouds.
//
// The tick reads the log a second time, Grace behind, and publishes every event
// again that a function or view has no record of: so a message that was lost,
// with a subscription or a whole broker, costs time and nothing else. A function
// that fails at PauseAfter events in a row is paused: its events wait on the
// agenda, without counting as attempts, while it is tried with one of them from
// time to time. What is found becomes events, if the catalogue declares them:
// [function.Failed], [function.Recovered] and [Stalled].
type Watch struct {
	// Grace is how long an event may wait for its outcome before it is
	// published again. It must exceed the longest handling by more than clocks
	// differ, since a record that is committed later than that with a time
	// before it is not looked at; 0 means 15 minutes, negative means never.
	Grace time.Duration
	// StallAfter is how long an event may wait for its outcome before its flow
	// is reported as stalled; 0 means 1 hour, negative means never.
	StallAfter time.Duration
	// PauseAfter is at how many different events in a row a function must fail,
	// in one process, to be paused; 0 means 10, negative means never.
	PauseAfter int
	// MinProbe and MaxProbe bound the pause between two attempts of a function
	// that is paused, which doubles each time; 0 means 10 seconds and 10
	// minutes.
	MinProbe, MaxProbe time.Duration
	// Redrive is how long a parked handling waits before the system tries it
	// again by itself, doubled with each attempt up to 24 hours; 0 means 1
	// hour, negative means never. One that was rejected waits for a person, or
	// a new version of the application.
	Redrive time.Duration
}

// maxRedrive bounds the doubled pauses of a Watch.
const maxRedrive = 24 * time.Hour

func (w Watch) withDefaults() Watch {
	w.Grace = cmp.Or(w.Grace, 15*time.Minute)
	w.StallAfter = cmp.Or(w.StallAfter, time.Hour)
	w.PauseAfter = cmp.Or(w.PauseAfter, 10)
	w.MinProbe = cmp.Or(w.MinProbe, 10*time.Second)
	w.MaxProbe = max(w.MinProbe, cmp.Or(w.MaxProbe, 10*time.Minute))
	w.Redrive = cmp.Or(w.Redrive, time.Hour)
	return w
}

// doubled returns a pause that doubles with each of n, up to a limit.
func doubled(pause time.Duration, n int, limit time.Duration) time.Duration {
	for range n {
		if pause >= limit {
			break
		}
		pause *= 2
	}
	return min(pause, limit)
}

// Stalled says that a flow does not go on: one of its events has waited for its
// outcome for longer than Watch.StallAfter. It is recorded once for each event
// and function, on the stream flow/CORRELATION, in the flow itself.
type Stalled struct {
	// Flow is the flow's correlation.
	Flow string `json:"flow"`
	// Event and EventType say what was not handled, and Function by whom.
	Event     string `json:"event"`
	EventType string `json:"event_type"`
	Function  string `json:"function"`
	// Standing is where the event is: "parked", "retrying", "paused" (with its
	// function), or "unanswered" (published, and nobody came back).
	Standing string `json:"standing"`
	// Error is what the last attempt ended with, if there was one.
	Error string `json:"error,omitempty"`
	// Since is when the event was recorded.
	Since time.Time `json:"since"`
}

// Type returns "flow.stalled".
func (Stalled) Type() string { return "flow.stalled" }

// Key returns the flow's correlation.
func (e Stalled) Key() string { return e.Flow }

// watchdog is the name under which the engine records what it finds.
const watchdog = "watchdog"

// newWatchdog returns the function that stands for the engine in the log. It
// reacts to nothing.
func newWatchdog() *Function {
	return &Function{name: watchdog, kind: KindOn, emits: watchEvents()}
}

func watchEvents() []Event {
	return []Event{function.Failed{}, function.Recovered{}, Stalled{}}
}
