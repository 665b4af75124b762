package chaos

import (
	"context"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
)

// Broker returns a broker that disturbs the messages of another.
func (c *Chaos) Broker(b driver.Broker) driver.Broker { return &broker{Broker: b, chaos: c} }

type broker struct {
	driver.Broker
	chaos *Chaos
}

// Publish publishes, and sometimes says that it did not.
func (b *broker) Publish(ctx context.Context, messages ...driver.Message) error {
	if err := b.Broker.Publish(ctx, messages...); err != nil {
		return err
	}
	if b.chaos.strikes(b.chaos.rates.FailPublish, &b.chaos.publishFailed) {
		return errPublish
	}
	return nil
}

// Receive receives, with faults around each handling.
func (b *broker) Receive(ctx context.Context, subscription string, handle func(context.Context, driver.Message) error) error {
	if subscription == driver.DeadLetters {
		return b.Broker.Receive(ctx, subscription, handle)
	}
	return b.Broker.Receive(ctx, subscription, b.chaos.Disturb(handle))
}

// Disturb returns a handler of messages with faults around each handling.
func (c *Chaos) Disturb(handle func(context.Context, driver.Message) error) func(context.Context, driver.Message) error {
	return func(ctx context.Context, m driver.Message) error {
		if c.strikes(c.rates.Drop, &c.dropped) {
			return errDropped
		}
		if c.strikes(c.rates.Delay, &c.delayed) {
			c.wait(ctx)
		}
		if err := handle(ctx, m); err != nil {
			return err
		}
		if c.strikes(c.rates.Duplicate, &c.duplicated) {
			c.wait(ctx)
			return handle(ctx, m)
		}
		if c.strikes(c.rates.LoseAck, &c.ackLost) {
			return errAckLost
		}
		return nil
	}
}

func (c *Chaos) wait(ctx context.Context) {
	_ = clock.Sleep(ctx, c.pause()) // whoever handles sees that ctx has ended
}

// Reach is a Platform's Reach that kills: the handling ends at the point, as if
// the process had died there.
func (c *Chaos) Reach(context.Context, string) error {
	if c.strikes(c.rates.Kill, &c.killed) {
		return ErrKilled
	}
	return nil
}
