package edge

import (
	"context"
	"net"
	"net/http"
)

type stoppingKey struct{}

// tellOfStop has the requests of a server know when ctx ends, and with it the
// taking of requests: those that merely wait should wait no longer then.
func tellOfStop(ctx context.Context, server *http.Server) {
	base := server.BaseContext
	if base == nil {
		base = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	}
	server.BaseContext = func(l net.Listener) context.Context {
		return context.WithValue(base(l), stoppingKey{}, ctx.Done())
	}
}

// stopping returns a channel that is closed when the server of a request takes no
// more; nil where nobody tells.
func stopping(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return done
}
