package edge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// maxFlowBytes is how large a flow may be that is followed.
const maxFlowBytes = 16 << 20

// A told is an event of a flow, as readers are told of it.
type told struct {
	event flow.Recorded // without its data
	// furthest is, of this event and all that were told before it, the last one
	// in the order of the log.
	furthest flow.Recorded
	// frame is the event with the id of where a reader stands who has got it:
	// furthest, and how many were told. Records may be committed a little later
	// than others that stand behind them in the log, and by the number it shows
	// that whoever was away meanwhile lacks one.
	frame []byte
}

func (e *edge) openFlow(r *http.Request, _ action) (source, reader, error) {
	correlation, err := keyOf(r, "correlation")
	if err != nil {
		return source{}, nil, err
	}
	values, err := parameters(r, "after")
	if err != nil {
		return source{}, nil, err
	}
	return source{
		name:  "/flows/" + correlation,
		watch: driver.Watch{Flow: correlation},
		read:  func(ctx context.Context, old *state) (*state, error) { return e.readFlow(ctx, correlation, old) },
	}, followerAt(cmp.Or(r.Header.Get(lastHeader), values.Get("after"))), nil
}

// readFlow returns a state in which those events of a flow follow the old ones
// that were not among them.
func (e *edge) readFlow(ctx context.Context, correlation string, old *state) (*state, error) {
	known := make(map[string]bool, len(old.told))
	for _, t := range old.told {
		known[t.event.ID] = true
	}
	now := newState()
	now.ready, now.told, now.size = true, slices.Clip(old.told), old.size
	for event, err := range e.system.Flow(ctx, correlation) {
		switch {
		case errors.Is(err, flow.ErrUnknown): // it may begin
		case err != nil:
			return nil, err
		case !known[event.ID]:
			if err := now.add(event); err != nil {
				return nil, err
			}
		}
	}
	if old.ready && len(now.told) == len(old.told) {
		return old, nil
	}
	return now, nil
}

func (s *state) add(event flow.Recorded) error {
	data, err := json.Marshal(Event{Recorded: event, At: event.Time.String()})
	if err != nil {
		return fmt.Errorf("edge: event %s: %w", event.ID, err)
	}
	event.Data = nil
	furthest := event
	if n := len(s.told); n > 0 && inLog(s.told[n-1].furthest, event) > 0 {
		furthest = s.told[n-1].furthest
	}
	t := told{event: event, furthest: furthest, frame: frameOf("event", furthest.ID+"."+strconv.Itoa(len(s.told)+1), data)}
	s.told = append(s.told, t)
	if s.size += len(t.frame); s.size > maxFlowBytes {
		return problem(http.StatusRequestEntityTooLarge, "flow-too-large",
			"the flow has more than the %d bytes that can be followed; read it page by page", maxFlowBytes)
	}
	return nil
}

// inLog compares two events by the order of the log.
func inLog(a, b flow.Recorded) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Seq, b.Seq))
}

// A follower is told each event of a flow once.
type follower struct {
	// last is the event up to which he was told before, in the order of the log,
	// and count how many that were; 0 if he does not say.
	last  string
	count int
	begun bool
	pos   int // in what is told here
}

// followerAt returns the follower who was told up to an id; one that nobody gave
// is told all.
func followerAt(id string) *follower {
	last, number, ok := strings.Cut(id, ".")
	count, err := strconv.Atoi(number)
	if ok && (err != nil || count < 1) {
		return &follower{}
	}
	return &follower{last: last, count: count}
}

func (f *follower) next(s *state) [][]byte {
	if len(s.told) == 0 {
		return [][]byte{frameOf("absent", "", []byte("null"))}
	}
	fresh := s.told[f.pos:]
	if !f.begun {
		fresh = f.missing(fresh)
	}
	f.begun, f.pos = true, len(s.told)
	frames := make([][]byte, len(fresh))
	for i, t := range fresh {
		frames[i] = t.frame
	}
	return frames
}

// missing returns what a follower who comes back was not told, and everything if
// he was told something else than what the log has up to there.
func (f *follower) missing(all []told) []told {
	var fresh []told
	for _, last := range all {
		if last.event.ID != f.last {
			continue
		}
		for _, t := range all {
			if inLog(t.event, last.event) > 0 {
				fresh = append(fresh, t)
			}
		}
		if f.count == 0 || f.count == len(all)-len(fresh) {
			return fresh
		}
	}
	return all
}
