// Package public has an HTTP client for addresses that strangers name. It reaches
// the public Internet and nothing else: not this machine, not the network around it,
// not the cloud's metadata. That is checked for each address when it is dialled, so
// no name, redirect, proxy or change of the DNS leads around it.
package public

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// MaxURL is the most bytes of an address.
	MaxURL = 2_000
	// dialWithin, and answerWithin for the headers of an answer, bound each step;
	// the caller's context bounds the whole.
	dialWithin   = 5 * time.Second
	answerWithin = 10 * time.Second
	maxHeaders   = 16 << 10
)

// ErrRefused says that an address is none that may be called.
var ErrRefused = errors.New("the address may not be called")

// Options are how a Client behaves. The zero Options are for strangers' addresses.
type Options struct {
	// Development lets everything through: plain HTTP, every port, private
	// addresses.
	Development bool
	// Resolver is net.DefaultResolver if it is nil.
	Resolver *net.Resolver
}

// Client returns a client. It follows no redirect (the answer is the redirect),
// uses no proxy and keeps no cookies; it does not undo compression. Its errors wrap
// ErrRefused where an address may not be called. A request without a context that
// ends may take for ever.
func Client(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: dialWithin, Resolver: o.Resolver}
	if !o.Development {
		dialer.ControlContext = control
	}
	t := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: dialWithin, ResponseHeaderTimeout: answerWithin,
		MaxResponseHeaderBytes: maxHeaders, MaxIdleConnsPerHost: 2, MaxConnsPerHost: 16, IdleConnTimeout: time.Minute,
		DisableCompression: true,
	}
	return &http.Client{
		Transport:     checked{t, o},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// checked refuses requests to URLs that may not be called.
type checked struct {
	transport *http.Transport
	options   Options
}

// RoundTrip implements http.RoundTripper.
func (c checked) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := c.options.Check(r.URL.String()); err != nil {
		return nil, err
	}
	return c.transport.RoundTrip(r)
}

// CloseIdleConnections is what http.Client calls.
func (c checked) CloseIdleConnections() { c.transport.CloseIdleConnections() }

// Check returns an error that wraps ErrRefused, and says why, unless a URL may be
// called by its form: https, on port 443 or 8443, with a host and without a user,
// and no address that is not public. What a name stands for is checked when it is
// dialled.
func (o Options) Check(text string) error {
	u, err := url.Parse(text)
	switch {
	case len(text) > MaxURL:
		return fmt.Errorf("%w: it holds more than %d bytes", ErrRefused, MaxURL)
	case err != nil:
		return fmt.Errorf("%w: it is no URL", ErrRefused)
	case u.Scheme != "https" && (!o.Development || u.Scheme != "http"):
		return fmt.Errorf("%w: it is not https", ErrRefused)
	case u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("%w: it has no host", ErrRefused)
	case u.User != nil:
		return fmt.Errorf("%w: it names a user", ErrRefused)
	case u.Fragment != "":
		return fmt.Errorf("%w: it has a fragment", ErrRefused)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }):
		return fmt.Errorf("%w: it holds a character that belongs to no URL", ErrRefused)
	case o.Development:
		return nil
	case !slices.Contains([]string{"", "443", "8443"}, u.Port()):
		return fmt.Errorf("%w: its port is neither 443 nor 8443", ErrRefused)
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return check(addr)
	}
	return nil
}

// control is called with each address before it is dialled, when all names are
// resolved.
func control(_ context.Context, network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("%w: %s %s", ErrRefused, network, address)
	}
	return check(to.Addr())
}

func check(addr netip.Addr) error {
	if !IsPublic(addr) {
		return fmt.Errorf("%w: %s is not public", ErrRefused, addr)
	}
	return nil
}
