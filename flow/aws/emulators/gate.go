package emulators

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// A gate stands before moto and lets one request to DynamoDB in at a time. Moto has
// no isolation: a transaction that fails puts the whole table back to what it was
// when it began, and with it what others wrote meanwhile, see transact_write_items
// in https://github.com/getmoto/moto/blob/5.2.1/moto/dynamodb/models/__init__.py.
type gate struct {
	url    string
	server *http.Server
	next   http.Handler
	inside chan struct{} // holds a token while somebody is
}

func openGate(ctx context.Context, address string) (*gate, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			r.Out.Host = r.In.Host // the names of queues are made of it
		},
		// A client that went away is no news.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	g := &gate{url: "http://" + listener.Addr().String(), next: proxy, inside: make(chan struct{}, 1)}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := g.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close() // then every client is told
		}
	}()
	return g, nil
}

// ServeHTTP lets a request pass, one to DynamoDB when nobody else is inside.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB_") {
		select {
		case g.inside <- struct{}{}:
			defer func() { <-g.inside }()
		case <-r.Context().Done():
			return
		}
		// Who goes away leaves the others with what moto has begun: it goes on.
		r = r.WithContext(context.WithoutCancel(r.Context()))
	}
	g.next.ServeHTTP(w, r)
}

func (g *gate) close() { _ = g.server.Close() }
