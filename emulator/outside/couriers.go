package outside

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/onevent/onevent/flow/clock"
)

// Couriers pick dispatched deliveries up, ride, and deliver.
type Couriers struct {
	commands Commander
	riding   time.Duration

	ctx  context.Context //nolint:containedctx // the couriers' shift
	work sync.WaitGroup
	seen Recent // deliveries for which one was sent
}

// NewCouriers returns couriers that ride until ctx ends, and take the time riding
// for each way.
func NewCouriers(ctx context.Context, commands Commander, riding time.Duration) *Couriers {
	return &Couriers{commands: commands, riding: riding, ctx: ctx}
}

// Wait waits until nobody is at work, after ctx has ended.
func (c *Couriers) Wait() { c.work.Wait() }

// Dispatch sends a courier for a delivery, once.
func (c *Couriers) Dispatch(delivery string) {
	if c.seen.IsNew(delivery) {
		c.work.Go(func() { c.ride(delivery) })
	}
}

func (c *Couriers) ride(delivery string) {
	for _, command := range []string{"delivery.pick_up", "delivery.deliver"} {
		if clock.Sleep(c.ctx, c.riding) != nil {
			return
		}
		status, err := c.commands.Send(c.ctx, command, command+"-"+delivery, map[string]any{"delivery": delivery})
		if err != nil || status >= http.StatusBadRequest {
			return // cancelled meanwhile, or the order will be overdue
		}
	}
}
