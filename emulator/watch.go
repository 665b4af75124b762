package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// An observer is told of each event once it is recorded: as they happen, and those
// that were there before in the order of the log, meanwhile. An event may be told
// more than once.
type observer interface{ observe(e flow.Recorded) }

// watch returns the middleware that tells observers of events.
func watch(observers ...observer) flow.Middleware {
	return func(next flow.Handler) flow.Handler {
		return func(ctx context.Context, h *flow.Handling) error {
			err := next(ctx, h)
			for _, e := range h.Emitted {
				for _, o := range observers {
					o.observe(e)
				}
			}
			return err
		}
	}
}

// catchUp tells observers of the events that are in the log.
func catchUp(ctx context.Context, system *flow.System, observers ...observer) error {
	for e, err := range system.Log(ctx, 0, driver.Forever) {
		if err != nil {
			return err
		}
		for _, o := range observers {
			o.observe(e)
		}
	}
	return nil
}

// Orders follows which orders there are and which have ended.
type orders struct {
	mu    sync.Mutex
	ended map[string]bool // by key; false while it is open
}

func newOrders() *orders { return &orders{ended: map[string]bool{}} }

func (o *orders) observe(e flow.Recorded) {
	key, ok := strings.CutPrefix(e.Stream, "order/")
	if !ok {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended[key] = o.ended[key] || e.Type == "order.completed" || e.Type == "order.cancelled"
}

// count returns how many orders there are, and how many are open.
func (o *orders) count() (all, open int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ended := range o.ended {
		if !ended {
			open++
		}
	}
	return len(o.ended), open
}

// field returns a text field of an event's data; empty if there is none.
func field(e flow.Recorded, name string) string {
	var fields map[string]any
	if json.Unmarshal(e.Data, &fields) != nil {
		return ""
	}
	text, _ := fields[name].(string)
	return text
}
