package main

import (
	"net/http"
	"net/netip"
	"net/url"
)

// tokenVariable holds a token of OIDC, which says who asks.
const tokenVariable = "ONEVENT_TOKEN"

// clientFor returns a client for a system, which sends the token if there is one.
// A token is not for others to read, so it goes over https, or to this machine.
func clientFor(addr, token string) (*http.Client, error) {
	if token == "" {
		return http.DefaultClient, nil
	}
	u, err := url.Parse(addr)
	if err != nil || u.Scheme != "https" && !isThisMachine(u.Hostname()) {
		return nil, usageError("$%s is set, and %s is not https: everybody between could read the token", tokenVariable, addr)
	}
	return &http.Client{
		Transport: bearing{token},
		// A system redirects nobody, and a token is for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

func isThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// bearing is a transport that says who asks.
type bearing struct{ token string }

// RoundTrip sends the request with the token.
func (b bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return http.DefaultTransport.RoundTrip(r)
}
