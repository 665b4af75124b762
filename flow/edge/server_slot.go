package edge

import (
	"context"
	"net"
)

// slotKey finds the connection of a request, which has a slot among all.
type slotKey struct{}

// withSlot has the requests of a connection know it.
func withSlot(ctx context.Context, c net.Conn) context.Context {
	if c, ok := c.(*counted); ok {
		return context.WithValue(ctx, slotKey{}, c)
	}
	return ctx
}

// freeSlot lets another connection in for one that is counted elsewhere from now
// on, and must be closed after this request.
func freeSlot(ctx context.Context) {
	if c, ok := ctx.Value(slotKey{}).(*counted); ok {
		c.leave()
	}
}
