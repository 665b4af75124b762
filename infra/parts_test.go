package infra_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/onevent/onevent/flow/infra"
)

// ofAnOrder are the functions that an order needs to be completed, and a view.
func ofAnOrder() []string {
	return []string{
		"open-account", "reserve-credit", "capture-credit", "approve-order", "complete-order",
		"create-ticket", "notify-restaurant", "take-acceptance", "take-readiness",
		"schedule-delivery", "dispatch-courier", "request-payment", "charge-card", "settle-payment", "revenue",
	}
}

// part returns the description of some functions, with the events that they take, emit
// and report, and more events that somebody else emits. Other programs emit none but
// these.
func part(d infra.Description, names []string, more ...string) infra.Description {
	functions := map[string]infra.Program{}
	events := map[string]infra.Event{}
	for _, name := range names {
		f := d.Functions[name]
		functions[name] = f
		more = slices.Concat(more, f.Takes, f.Emits, f.Reports)
	}
	for _, name := range more {
		events[name] = d.Events[name]
	}
	d.Functions, d.Events = functions, events
	for _, p := range []*infra.Program{&d.Edge, &d.Console, &d.Tick, &d.DeadLetters} {
		p.Emits = slices.DeleteFunc(slices.Clone(p.Emits), func(name string) bool {
			_, known := events[name]
			return !known
		})
	}
	return d
}

// description writes a description to a file, and returns its path.
func description(t *testing.T, dir string, d infra.Description) string {
	t.Helper()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "described.json")
	write(t, file, data)
	return file
}
