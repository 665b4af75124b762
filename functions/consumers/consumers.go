// Package consumers knows who orders.
package consumers

import (
	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/flow"
)

// Functions returns what consumers does.
func Functions() []flow.Function {
	return []flow.Function{
		flow.Command("register-consumer", Consumer.Register).
			Emits(consumer.Registered{}),
	}
}
