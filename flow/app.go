package flow

import (
	"fmt"
	"maps"
	"slices"

	"github.com/onevent/onevent/flow/function"
)

// An App is what a system runs: what can happen, and what is done about it.
type App struct {
	Events    Catalogue
	Functions []Function
	// Version names this build of the functions, as in a commit. When it
	// differs from the versions that parked an event, the event is handled
	// again by itself. Empty means unknown.
	Version string
	// Watch says how the system looks after itself.
	Watch Watch
}

// An index is an App that was checked, by name.
type index struct {
	functions  map[string]*Function   // by name
	commands   map[string]*Function   // by wire name
	views      map[string]*Function   // View and Tally, by name
	takers     map[string][]*Function // all that take an event, by wire name
	aggregates map[string]*aggregate  // by namespace
	watchdog   *Function              // the engine itself
	codec      codec
}

func newIndex(app App) *index {
	x := &index{
		functions: map[string]*Function{}, commands: map[string]*Function{},
		views: map[string]*Function{}, aggregates: map[string]*aggregate{}, codec: newCodec(app.Events),
		takers: map[string][]*Function{}, watchdog: newWatchdog(),
	}
	x.aggregates[Namespace(function.Failed{}.Type())] = newAggregate[function.Health, function.Event]()
	for i := range app.Functions {
		x.add(&app.Functions[i])
	}
	return x
}

func (x *index) add(f *Function) {
	x.functions[f.name] = f
	switch f.kind {
	case KindOn, KindEffect, KindTap:
	case KindCommand, KindWebhook:
		x.commands[f.inputs[0].Type()] = f
	case KindView, KindTally:
		x.views[f.name] = f
	}
	for _, typ := range x.topics(f) {
		x.takers[typ] = append(x.takers[typ], f)
	}
	if ns := f.namespace(); f.state != nil && x.aggregates[ns] == nil {
		x.aggregates[ns] = f.state
	}
}

// topics returns the wire names of the events whose messages a function gets:
// those that it takes, and those that became them.
func (x *index) topics(f *Function) []string {
	if !f.kind.onEvents() {
		return nil
	}
	topics := f.Inputs()
	for _, o := range x.codec.old {
		for _, typ := range x.codec.becomes(o) {
			if slices.Contains(f.Inputs(), typ) && !slices.Contains(topics, o.typ) {
				topics = append(topics, o.typ)
			}
		}
	}
	slices.Sort(topics)
	return topics
}

// namespace returns the namespace of the events that a function emits.
func (f *Function) namespace() string {
	if len(f.emits) == 0 {
		return ""
	}
	return Namespace(f.emits[0].Type())
}

// names returns the names of all functions, sorted.
func (x *index) names() []string { return slices.Sorted(maps.Keys(x.functions)) }

func (x *index) function(name string) (*Function, error) {
	f, ok := x.functions[name]
	if !ok {
		return nil, fmt.Errorf("flow: function %q: %w", name, ErrUnknown)
	}
	return f, nil
}
