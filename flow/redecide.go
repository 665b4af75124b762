package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// A Difference is a decision that, made again, is not what the log says.
type Difference struct {
	// Record is the identity of the record, Stream and Seq where it stands; a
	// mark has no Seq.
	Record, Stream string
	Seq            uint64
	Function       string
	// Cause is the event that it was decided on, Command the command.
	Cause, Command string
	// Was and Now are the events and deadlines, as "type data", that the log
	// holds and that were decided now.
	Was, Now []string
	// Err is how the function failed now.
	Err error
}

// String tells the difference in a line.
func (d Difference) String() string {
	if d.Err != nil {
		return fmt.Sprintf("%s %d: %s decided %q, and now fails: %v", d.Stream, d.Seq, d.Function, d.Was, d.Err)
	}
	return fmt.Sprintf("%s %d: %s decided %q, and now %q", d.Stream, d.Seq, d.Function, d.Was, d.Now)
}

// Redecide reads the whole log, lets every function and command decide once more
// on the state that it decided on, and returns the decisions that differ: none
// where the code is the one that wrote the log. Outcomes of effects and deadlines
// are taken from the log. It writes nothing, publishes nothing and calls no
// effect. It holds the states of all streams, after each of their events, in memory.
func (s *System) Redecide(ctx context.Context) iter.Seq2[Difference, error] {
	return func(yield func(Difference, error) bool) {
		r := redecider{system: s, states: map[string]*history{}}
		for record, err := range s.platform.Log.Scan(ctx, 0, driver.Forever) {
			if err != nil {
				yield(Difference{}, fmt.Errorf("flow: redecide: %w", err))
				return
			}
			d, differs, err := r.record(ctx, record)
			if err != nil {
				yield(Difference{}, fmt.Errorf("flow: redecide: %w", err))
				return
			}
			if differs && !yield(d, nil) {
				return
			}
		}
	}
}

type redecider struct {
	system *System
	states map[string]*history
}

// A history is the states of a stream after each of its events. Marks come later
// in the log than the state that they were decided on.
type history struct{ states []any }

func (r *redecider) history(stream string) *history {
	h, ok := r.states[stream]
	if !ok {
		h = &history{}
		if agg := r.system.index.aggregates[streamNamespace(stream)]; agg != nil {
			h.states = append(h.states, agg.zero)
		} else {
			h.states = append(h.states, nil)
		}
		r.states[stream] = h
	}
	return h
}

// record makes the decision of a record again, and takes its events into the
// state of its stream.
func (r *redecider) record(ctx context.Context, record driver.Record) (d Difference, differs bool, err error) {
	b, err := readBody(record)
	if err != nil {
		return d, false, err
	}
	h := r.history(b.Stream)
	at := b.After
	if len(b.Events) > 0 {
		at = b.Seq - 1
	}
	if at >= uint64(len(h.states)) {
		return d, false, fmt.Errorf("record %s was decided on event %d of %s, which comes later in the log", b.ID, at, b.Stream)
	}
	now, decided, decideErr := r.decide(ctx, b, h.states[at])
	if decided {
		d = Difference{
			Record: b.ID, Stream: b.Stream, Seq: b.Seq, Function: b.Function, Cause: b.Cause,
			Now: now, Err: decideErr,
		}
		if b.Command != nil {
			d.Command = b.Command.Type
		}
		if d.Was, err = r.told(b); err != nil {
			return d, false, err
		}
		differs = decideErr != nil || !slices.Equal(d.Was, d.Now)
	} else if decideErr != nil {
		return d, false, decideErr
	}
	return d, differs, r.evolve(h, b)
}

// decide makes a decision again; decided is false for what is no decision: an
// effect's outcome, a deadline, what the watchdog found, and what functions did
// that are no more.
func (r *redecider) decide(ctx context.Context, b body, state any) (now []string, decided bool, err error) {
	x := r.system.index
	var d decision
	switch f, ok := x.functions[b.Function]; {
	case !ok:
		return nil, false, nil
	case f.kind == KindCommand && b.Command != nil:
		in, err := f.parse(b.Command.Data)
		if err != nil {
			return nil, true, err
		}
		d = decision{function: f, decide: func(state any) ([]Event, error) { return f.decide(state, in) }}
	case f.kind == KindWebhook && b.Command != nil:
		if d, err = decisionOfWebhook(f, b.Command.Data); err != nil {
			return nil, true, err
		}
	case f.kind == KindOn && b.ID == identityOf(f.name, b.Cause):
		cause, err := r.system.eventByID(ctx, b.Cause)
		if err != nil {
			return nil, false, err
		}
		events, err := r.system.eventsFor(f, cause)
		if err != nil {
			return nil, true, err
		}
		d = decision{function: f, decide: func(state any) ([]Event, error) { return f.decide(state, events[0]) }}
	default:
		return nil, false, nil
	}
	d.stream = b.Stream
	out, err := decideSafely(d, state)
	if err != nil {
		return nil, true, err
	}
	recorded, later, err := sort(d, out)
	if err != nil {
		return nil, true, err
	}
	again := body{Time: b.Time}
	if err := again.fill(x.codec, recorded, later); err != nil {
		return nil, true, err
	}
	now, err = r.told(again)
	return now, true, err
}

// told returns a body's events and deadlines as text, as they are today.
func (r *redecider) told(b body) (lines []string, err error) {
	tell := func(e Event) error {
		data, err := json.Marshal(e)
		lines = append(lines, e.Type()+" "+string(data))
		return err
	}
	for _, e := range b.Events {
		if err := r.system.index.codec.each(e.Type, e.Version, e.Data, tell); err != nil {
			return nil, err
		}
	}
	for _, d := range b.Deadlines {
		lines = append(lines, "at "+d.Due.String())
		if err := r.system.index.codec.each(d.Type, d.Version, d.Data, tell); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// evolve takes a record's events into the history of its stream.
func (r *redecider) evolve(h *history, b body) error {
	agg := r.system.index.aggregates[streamNamespace(b.Stream)]
	recorded := b.recorded()
	for i := range b.Events {
		if want := uint64(len(h.states)); b.Seq+uint64(i) != want {
			return fmt.Errorf("%s: sequence %d follows %d: %w", b.Stream, b.Seq+uint64(i), want-1, errGap)
		}
		state := h.states[len(h.states)-1]
		if agg != nil {
			var err error
			if state, err = r.system.index.fold(agg, state, recorded[i]); err != nil {
				return err
			}
		}
		h.states = append(h.states, state)
	}
	return nil
}

var errGap = errors.New("the log has a gap; audit it")
