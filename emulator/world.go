package main

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// A world is what functions need to know of what is outside, where they are programs
// of their own.
type world struct {
	door, restaurant, payments string
	accept, complete           time.Duration
}

func (e *emulator) world() world {
	return world{
		door: e.door.url, restaurant: e.city.restaurantURL, payments: e.city.paymentsURL,
		accept: acceptWithin(e.options), complete: completeWithin(e.options),
	}
}

// env returns the world as the environment of a program.
func (w world) env() []string {
	env := []string{
		"RESTAURANT_URL=" + w.restaurant, "PAYMENTS_URL=" + w.payments, "PUBLIC_URL=" + w.door,
		"ONEVENT_ACCEPT_WITHIN=" + w.accept.String(), "ONEVENT_COMPLETE_WITHIN=" + w.complete.String(),
		"ONEVENT_DEVELOPMENT=1",
	}
	for _, name := range []string{paymentsSecret, tillSecret, "HOOKS_MASTER_SECRET"} {
		env = append(env, name+"="+cmp.Or(os.Getenv(name), developmentSecret))
	}
	return env
}

// recordedOf returns the event in a message, as far as observers want to know.
func recordedOf(m driver.Message) flow.Recorded {
	e := flow.Recorded{
		ID: m.ID, Type: m.Topic, Data: m.Data,
		Stream: strings.TrimPrefix(m.Attributes["source"], "/streams/"), Function: m.Attributes["function"],
		Correlation: m.Attributes["correlationid"], Cause: m.Attributes["causationid"],
		Command: m.Attributes["command"], Actor: m.Attributes["actor"],
	}
	if seq, err := strconv.ParseUint(m.Attributes["sequence"], 10, 64); err == nil {
		e.Seq = seq
	}
	if at, err := time.Parse(time.RFC3339Nano, m.Attributes["time"]); err == nil {
		e.Time = driver.TimeOf(at)
	}
	return e
}
