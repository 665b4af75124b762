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

// A gate stands before moto, which has no isolation, and lets one request of a group
// in at a time: those to DynamoDB, those to SNS, and those that create or list queues.
//
// A transaction that fails puts the whole table back to what it was when it began,
// and with it what others wrote meanwhile, see transact_write_items in
// https://github.com/getmoto/moto/blob/5.2.1/moto/dynamodb/models/__init__.py. SNS
// goes through all subscriptions to publish, and SQS through all queues to create one,
// and both fail if one is added meanwhile, see _find_subscription in
// https://github.com/getmoto/moto/blob/5.2.1/moto/sns/models.py.
type gate struct {
	url    string
	server *http.Server
	next   http.Handler
	inside map[string]chan struct{} // by group; holds a token while somebody is
}

// The groups of requests of which one is let in at a time.
const (
	groupTables = "tables"
	groupTopics = "topics"
	groupQueues = "queues"
)

// groupOf returns the group of a request, empty if it has none.
func groupOf(r *http.Request) string {
	target := r.Header.Get("X-Amz-Target")
	switch {
	case strings.HasPrefix(target, "DynamoDB_"):
		return groupTables
	case strings.Contains(r.Header.Get("Authorization"), "/sns/aws4_request"):
		return groupTopics
	case target == "AmazonSQS.CreateQueue" || target == "AmazonSQS.ListQueues":
		return groupQueues
	}
	return ""
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
	g := &gate{url: "http://" + listener.Addr().String(), next: proxy, inside: doors()}
	g.server = &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := g.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			_ = listener.Close() // then every client is told
		}
	}()
	return g, nil
}

// doors returns an open door for each group.
func doors() map[string]chan struct{} {
	inside := map[string]chan struct{}{}
	for _, group := range []string{groupTables, groupTopics, groupQueues} {
		inside[group] = make(chan struct{}, 1)
	}
	return inside
}

// ServeHTTP lets a request pass, one of a group when nobody else of it is inside.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if inside := g.inside[groupOf(r)]; inside != nil {
		select {
		case inside <- struct{}{}:
			defer func() { <-inside }()
		case <-r.Context().Done():
			return
		}
		// Who goes away leaves the others with what moto has begun: it goes on.
		r = r.WithContext(context.WithoutCancel(r.Context()))
	}
	g.next.ServeHTTP(w, r)
}

func (g *gate) close() { _ = g.server.Close() }
