package recovery_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// A balancer stands before the hosts, as Cloud Run's does: who asks does not know
// which of them answers. A request that takes longer than Pub/Sub waits is answered
// 503, and goes on.
type balancer struct {
	url string

	gate sync.RWMutex // locked to let nobody through

	mu           sync.Mutex
	edge, pushes *url.URL       // where commands and pushes go
	dropped      bool           // pushes are answered 503
	served       map[string]int // requests by host
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	b := &balancer{served: map[string]int{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", r.In.Host
		},
		Transport:    rerouted{b, &http.Transport{MaxIdleConnsPerHost: 64}},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	route := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.gate.RLock()
		defer b.gate.RUnlock()
		host := b.pick(r)
		if host == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
		defer cancel()
		r = r.WithContext(ctx)
		r.Host = host.Host
		proxy.ServeHTTP(w, r)
	})
	server := httptest.NewServer(http.TimeoutHandler(route, ackWithin, "too slow"))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// rerouted sends a request on that came to a host after that was told to end, which
// turned it away unhandled. Cloud Run sends none to such a host; here one may have been
// on its way.
type rerouted struct {
	b    *balancer
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t rerouted) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	for {
		r.Body = io.NopCloser(bytes.NewReader(body))
		response, err := t.next.RoundTrip(r)
		if err != nil || response.StatusCode != http.StatusServiceUnavailable || !response.Close {
			return response, err
		}
		host := t.b.pick(r)
		if host == nil || host.Host == r.URL.Host {
			return response, nil
		}
		response.Body.Close()
		r.URL.Host = host.Host
	}
}

// pick returns the host for a request, or nil.
func (b *balancer) pick(r *http.Request) *url.URL {
	b.mu.Lock()
	defer b.mu.Unlock()
	host := b.pushes
	if strings.HasPrefix(r.URL.Path, "/edge") {
		host = b.edge
	} else if b.dropped {
		return nil
	}
	if host != nil {
		b.served["http://"+host.Host]++
	}
	return host
}

// use hands commands to one host and pushes to another from now on.
func (b *balancer) use(t *testing.T, edge, pushes *process) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.edge, b.pushes = edge.address(), pushes.address()
}

// drop has pushes turned away, or no longer.
func (b *balancer) drop(dropped bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropped = dropped
}

// servedBy returns how many requests a host got.
func (b *balancer) servedBy(h *process) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.served[h.url]
}
