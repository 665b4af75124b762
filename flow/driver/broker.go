package driver

import (
	"context"
	"time"
)

// DeadLetters is the subscription to which a broker moves every message that it
// gives up on, whatever subscription it was for.
const DeadLetters = "dead-letters"

// A Message is one CloudEvent in binary mode: the data, and the context
// attributes without their "ce-" prefix.
type Message struct {
	// ID identifies the event. A broker may deliver one message several times,
	// and may be given one several times.
	ID string
	// Topic is the event's type, as in "order.created".
	Topic string
	// Attributes are at most 20, each name at most 20 bytes of [a-z0-9] and
	// each value 1 to 1,024 bytes of UTF-8.
	Attributes map[string]string
	// Data is at most 10,000,000 bytes, the limit of Pub/Sub.
	Data []byte
	// Subscription is whose copy of the message this is, set on delivery. On a
	// dead letter, it is the subscription that gave up.
	Subscription string
	// Attempt counts the deliveries of this copy, from 1; 0 where the broker
	// does not tell.
	Attempt int
}

// A Subscription says who wants the messages of which topics.
type Subscription struct {
	// Name is unique: 3 to 128 bytes of [a-z0-9-], the first a letter.
	Name string
	// Topics are the topics whose messages it gets.
	Topics []string
	// AckWithin is how long a handler may take before the message is delivered
	// again; 0 means 30 seconds. The context of a handler ends then.
	AckWithin time.Duration
	// MinBackoff and MaxBackoff bound the pause before a message whose handler
	// failed is delivered again, which grows with the attempts; 0 means the
	// broker's default.
	MinBackoff, MaxBackoff time.Duration
	// MaxAttempts is how often a message is delivered before it is moved to
	// DeadLetters; 0 means the broker's default.
	MaxAttempts int
	// Concurrency is the most handlers at work at once; 0 means the broker's
	// default.
	Concurrency int
}

// A Publisher accepts messages.
type Publisher interface {
	// Publish gives messages to the broker. When it returns nil, every
	// subscription to their topics that was declared before will get each of
	// them at least once, in any order, also after a crash of all processes. An
	// error leaves it open which of them were accepted. Messages of a topic that
	// nobody subscribes to are dropped.
	Publish(ctx context.Context, messages ...Message) error
}

// A Broker carries messages from publishers to subscribers, at least once, in
// no particular order.
type Broker interface {
	Publisher

	// Declare creates the topics and the subscriptions that do not exist, and
	// DeadLetters. A subscription gets what is published after it was declared.
	// Declaring again is no error; topics may be added to a subscription.
	Declare(ctx context.Context, subscriptions ...Subscription) error

	// Receive calls handle for the messages of one subscription, or of
	// DeadLetters, concurrently, until ctx ends; then it waits for the handlers
	// at work and returns nil. A message whose handler returned nil is done. One
	// whose handler returned an error, panicked or took longer than AckWithin
	// is delivered again, after a pause, also by a later Receive in another
	// process.
	Receive(ctx context.Context, subscription string, handle func(context.Context, Message) error) error

	// Close ends every Receive, waits for the handlers at work and lets go of
	// the broker. Messages that are not done stay with the broker if it is
	// durable.
	Close() error
}
