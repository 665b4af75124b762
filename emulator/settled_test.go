package main_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/webhook/out"
	"github.com/onevent/onevent/functions"
	"github.com/onevent/onevent/functions/audit"
)

// settled waits until everything in a folder on which an emulator works has ended,
// and then looks whether all that the load was told is there, and once.
func (l *load) settled(data string) {
	l.t.Helper()
	store, err := local.OpenReadOnly(l.t.Context(), data, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	defer store.Close()
	system, err := flow.New(functions.App(functions.Settings{Hooks: out.New(out.Options{})}), local.Platform(store, store.Broker(nil)))
	if err != nil {
		l.t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		began := time.Now()
		err := l.isSettled(system)
		if err == nil {
			break
		}
		if began.After(deadline) {
			l.t.Fatalf("%s: %v", data, err)
		}
		time.Sleep(max(100*time.Millisecond, 3*time.Since(began))) // the emulator is to get on
	}
	for key, id := range l.receipts {
		if _, err := store.Log().Record(l.t.Context(), id); err != nil {
			l.t.Errorf("%s was answered with record %s: %v", key, id, err)
		}
	}
	l.onceEach(system)
}

// isSettled returns what has not ended, or is not as it must be.
func (l *load) isSettled(system *flow.System) error {
	found, err := system.Audit(l.t.Context())
	if err != nil {
		return err
	}
	if !found.Quiet() || found.Given > 0 || len(found.Broken) > 0 || found.Accepted != found.Handled {
		return fmt.Errorf("%d accepted, %d handled, %d in flight, %d given up, stale %v, broken %v",
			found.Accepted, found.Handled, len(found.InFlight), found.Given, found.Stale, found.Broken)
	}
	report, err := audit.Check(system.Log(l.t.Context(), 0, driver.Forever))
	if err != nil {
		return err
	}
	if report.Open > 0 {
		return fmt.Errorf("%d orders are open", report.Open)
	}
	return report.Err()
}

// onceEach looks whether each command that was accepted had its effect once, and
// no other had any.
func (l *load) onceEach(system *flow.System) {
	l.t.Helper()
	effects := map[string]int{}
	for e, err := range system.Log(l.t.Context(), 0, driver.Forever) {
		if err != nil {
			l.t.Fatal(err)
		}
		key, err := keyOf(e)
		if err != nil {
			l.t.Fatal(err)
		}
		if key != "" {
			effects[key]++
		}
	}
	for key := range l.receipts {
		if effects[key] != 1 {
			l.t.Errorf("%s was accepted, and had its effect %d times", key, effects[key])
		}
	}
	if len(effects) != len(l.receipts) {
		l.t.Errorf("%d commands had an effect, and %d were accepted", len(effects), len(l.receipts))
	}
}

// keyOf returns the idempotency key of the command that made an event.
func keyOf(e flow.Recorded) (string, error) {
	var fields struct {
		Order, Consumer string
		Limit           int64
	}
	err := json.Unmarshal(e.Data, &fields)
	switch e.Type {
	case "order.created":
		return fields.Order, err
	case "consumer.registered":
		return "register-" + fields.Consumer, err
	case "credit.limit_set":
		return fmt.Sprintf("limit-%d", fields.Limit-loadLimit), err
	}
	return "", nil
}
