package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// The patience of the server. A request has less than what writing its answer may
// take, so that a slow system still gets to say so.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = readTimeout + defaultTimeout + 10*time.Second
	idleTimeout       = time.Minute
	maxHeaderBytes    = 16 << 10
	stopTimeout       = 10 * time.Second
	// maxConnections is the most connections at once: each costs some 20 kB,
	// also one that is idle.
	maxConnections = 4096
)

// Server returns a server for an address with limits on all that a client can
// stretch: 5 seconds for the header, 15 for the request, 45 for the answer, a
// minute of idleness, 16 KiB of headers.
func Server(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler,
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ConnContext: withSlot,
	}
}

// Serve serves on a listener until ctx ends. Then it takes no more requests, gives
// those at work 10 seconds to finish (queries that wait for a view are answered at
// once), and returns nil, or an error if they did not. A handler of New that is open
// to all is not served to other machines: that is an error at once. The listener is
// closed in any case. There are 4,096 connections at once at most; others wait to be
// accepted, for a minute at most if those that are there are idle. Streams that go on
// end with ctx, and their connections do not count among those: Options.MaxLive
// limits them. The server must come from Server.
func Serve(ctx context.Context, server *http.Server, listener net.Listener) error {
	if h, ok := server.Handler.(guarded); ok {
		if err := h.access.CheckListener(listener.Addr()); err != nil {
			return errors.Join(fmt.Errorf("edge: serve: %w", err), listener.Close())
		}
	}
	tellOfStop(ctx, server)
	stopped := make(chan error, 1)
	cancel := context.AfterFunc(ctx, func() {
		patience, done := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer done()
		err := server.Shutdown(patience)
		if err != nil {
			err = errors.Join(fmt.Errorf("edge: stop: %w", err), server.Close())
		}
		stopped <- err
	})
	err := server.Serve(newBounded(listener, maxConnections))
	if !cancel() {
		return <-stopped
	}
	return fmt.Errorf("edge: serve: %w", err)
}
