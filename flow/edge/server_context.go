package edge

import (
	"context"
	"net"
)

// What a server tells the handlers of its requests.
type (
	leavingKey struct{} // a channel that is closed when the server stops
	slotKey    struct{} // the connection, which has a slot among all
)

func withLeaving(ctx context.Context, leaving <-chan struct{}) context.Context {
	return context.WithValue(ctx, leavingKey{}, leaving)
}

// serverLeaving returns a channel that is closed when the server stops; nil, which
// never is, for another server than Serve's.
func serverLeaving(ctx context.Context) <-chan struct{} {
	leaving, _ := ctx.Value(leavingKey{}).(<-chan struct{})
	return leaving
}

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
