package infra

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/function"
	"github.com/onevent/onevent/flow/memory"
)

// The targets of programs that are no functions, as the hosts know them.
const (
	targetEdge = "edge"
	targetTick = "tick"
)

const (
	// minAck and maxAck are the bounds of Pub/Sub; ackMargin is for the way.
	minAck, maxAck = 10 * time.Second, 600 * time.Second
	ackMargin      = 10 * time.Second
	visibilityOf   = 6 // times the timeout

	defaultMemory = 256 // MiB
	largeMemory   = 512 // MiB, for what reads the log, or serves many at once

	edgeTimeout = 10 * time.Minute // an audit reads the whole log
	tickTimeout = 5 * time.Minute
)

// Describe returns what an application needs. It returns a flow.CheckError if the
// application does not hold together, and an error if the needs name a function
// that it does not have.
func Describe(app flow.App, needs Needs) (Description, error) {
	system, err := flow.New(app, memory.New().Platform(memory.NewBroker(memory.Options{})))
	if err != nil {
		return Description{}, err
	}
	d := &describer{app: app, needs: needs, functions: map[string]flow.Function{}}
	for _, f := range app.Functions {
		d.functions[f.Name()] = f
	}
	if err := d.checkNeeds(); err != nil {
		return Description{}, err
	}
	return d.describe(system.Subscriptions()), nil
}

type describer struct {
	app       flow.App
	needs     Needs
	functions map[string]flow.Function
}

func (d *describer) checkNeeds() error {
	for _, variables := range []map[string][]string{d.needs.Secrets, d.needs.Settings} {
		for variable, names := range variables {
			for _, name := range names {
				if _, ok := d.functions[name]; !ok {
					return fmt.Errorf("infra: %s is for the function %q: %w", variable, name, flow.ErrUnknown)
				}
			}
		}
	}
	return nil
}

func (d *describer) describe(subscriptions []driver.Subscription) Description {
	return Description{
		Events:      d.events(subscriptions),
		Functions:   d.programs(subscriptions),
		Edge:        d.edge(),
		Console:     d.edge(),
		Tick:        d.tick(),
		DeadLetters: timed(Program{Target: driver.DeadLetters, MemoryMiB: defaultMemory}, minAck+20*time.Second),
		Webhooks:    d.webhooks(),
		Secrets:     sortedKeys(d.needs.Secrets),
		Settings:    sortedKeys(d.needs.Settings),
		Limits:      d.limits(),
		Firestore:   d.firestore(),
		DynamoDB:    tables(),
	}
}

// events returns the topics: every event of today, and those of the past that
// somebody still takes.
func (d *describer) events(subscriptions []driver.Subscription) map[string]Event {
	events := map[string]Event{}
	for _, s := range subscriptions {
		for _, topic := range s.Topics {
			events[topic] = Event{}
		}
	}
	for _, e := range d.app.Events.Entries() {
		events[e.Event.Type()] = Event{Version: e.Version, Final: e.Final}
	}
	return events
}

// programs returns a program for each subscription.
func (d *describer) programs(subscriptions []driver.Subscription) map[string]Program {
	programs := map[string]Program{}
	for _, s := range subscriptions {
		f := d.functions[s.Name]
		programs[s.Name] = timed(d.program(Program{
			Target: s.Name, Kind: string(f.Kind()), Service: serviceOf(f),
			Takes: s.Topics, Reports: d.reports(), MemoryMiB: defaultMemory,
		}, f), s.AckWithin)
	}
	return programs
}

// edge returns the program of commands and webhooks.
func (d *describer) edge() Program {
	outside := func(f flow.Function) bool {
		return f.Kind() == flow.KindCommand || f.Kind() == flow.KindWebhook
	}
	return timed(d.program(Program{Target: targetEdge, MemoryMiB: largeMemory}, d.selected(outside)...), edgeTimeout)
}

// tick returns the program of the tick. It runs no function, but publishes any event:
// what was not published, deadlines, and what it hands over. Its application must
// be whole, and some functions are part of it only if there is their secret.
func (d *describer) tick() Program {
	onEvents := func(f flow.Function) bool {
		return f.Kind() != flow.KindCommand && f.Kind() != flow.KindWebhook
	}
	p := d.program(Program{Target: targetTick, MemoryMiB: largeMemory}, d.selected(onEvents)...)
	p.Emits, p.Settings = d.app.Events.Types(), nil
	return timed(p, tickTimeout)
}

func (d *describer) selected(wanted func(flow.Function) bool) []flow.Function {
	var some []flow.Function
	for _, f := range d.app.Functions {
		if wanted(f) {
			some = append(some, f)
		}
	}
	return some
}

// program returns p with what functions emit and need.
func (d *describer) program(p Program, functions ...flow.Function) Program {
	var emits, names []string
	for _, f := range functions {
		emits = append(emits, f.Outputs()...)
		names = append(names, f.Name())
	}
	p.Emits = unique(emits)
	p.Secrets = neededBy(d.needs.Secrets, names)
	p.Settings = neededBy(d.needs.Settings, names)
	return p
}

// reports returns what the engine may record in the process of any function.
func (d *describer) reports() []string {
	reports := []string{function.Failed{}.Type(), function.Recovered{}.Type()}
	return slices.DeleteFunc(reports, func(typ string) bool { return !slices.Contains(d.app.Events.Types(), typ) })
}

func (d *describer) webhooks() map[string]Webhook {
	webhooks := map[string]Webhook{}
	for _, f := range d.app.Functions {
		if f.Kind() != flow.KindWebhook {
			continue
		}
		source := strings.TrimPrefix(f.Inputs()[0], "webhook.")
		webhooks[source] = Webhook{
			Function: f.Name(), Path: "/webhooks/" + source, Secrets: neededBy(d.needs.Secrets, []string{f.Name()}),
		}
	}
	return webhooks
}

// serviceOf returns the package in which a function is bound.
func serviceOf(f flow.Function) string { return path.Base(path.Dir(f.Place())) }

// timed returns p with the times that follow from how long a handling may take,
// and with no list that is null.
func timed(p Program, timeout time.Duration) Program {
	p.TimeoutSeconds = seconds(timeout)
	p.AckSeconds = seconds(min(max(timeout+ackMargin, minAck), maxAck))
	p.VisibilitySeconds = visibilityOf * p.TimeoutSeconds
	for _, list := range []*[]string{&p.Takes, &p.Emits, &p.Reports, &p.Secrets, &p.Settings} {
		if *list == nil {
			*list = []string{}
		}
	}
	return p
}

// seconds rounds up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// neededBy returns the variables that one of the functions needs.
func neededBy(variables map[string][]string, functions []string) []string {
	needed := []string{}
	for variable, names := range variables {
		if slices.ContainsFunc(functions, func(name string) bool { return slices.Contains(names, name) }) {
			needed = append(needed, variable)
		}
	}
	slices.Sort(needed)
	return needed
}

func sortedKeys(m map[string][]string) []string {
	return slices.AppendSeq([]string{}, slices.Values(slices.Sorted(maps.Keys(m))))
}

func unique(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return slices.Compact(names)
}
