package consumers

import (
	"github.com/onevent/onevent/events/consumer"
	"github.com/onevent/onevent/flow"
)

// A Consumer is the state of a consumer.
type Consumer struct {
	Registered bool `json:"registered"`
}

// Evolve returns the consumer after an event.
func (c Consumer) Evolve(e consumer.Event) Consumer {
	switch e.(type) {
	case consumer.Registered:
		c.Registered = true
	}
	return c
}

// Register registers a consumer who is not registered yet.
func (c Consumer) Register(r consumer.Register) ([]consumer.Event, error) {
	if c.Registered {
		return nil, flow.Refuse("consumer_exists", "there is a consumer %s already", r.Consumer)
	}
	//nolint:staticcheck // a request is no event, even while the two look alike
	return []consumer.Event{consumer.Registered{Consumer: r.Consumer, Name: r.Name}}, nil
}
