// Package access says who may do what at the edge: who asks is told by an OIDC
// bearer token, and what they may do by a policy, one table.
//
// What is not allowed is refused. An Access without issuers knows nobody, so it
// is open to all, and serves on loopback only, see [Access.CheckBind]; unless
// somebody in front of the edge decides who may come, and Proxy says so.
package access

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// An Access is how an edge knows who asks, and what they may do. The zero value
// is open, for development on loopback.
type Access struct {
	// Issuers are those whose tokens are taken. If there are several, each has a
	// name.
	Issuers []*Issuer
	// Policy says what the roles in a token allow.
	Policy Policy
	// Proxy says that somebody in front of the edge lets in only who may do
	// everything: Cloud Run's IAM, for example. It excludes issuers.
	Proxy bool
}

var (
	// ErrOpen says that something that is open to all would be reached from
	// elsewhere.
	ErrOpen = errors.New("the edge is open to all, which is for loopback only: set " + EnvIssuer + " and " + EnvAudience +
		", or " + EnvAccess + "=" + proxyMode + " if somebody in front of it decides who may come")
	errBoth  = errors.New("access: tokens and a proxy that checks them exclude each other")
	errTwice = errors.New("access: two issuers have one address or one name")
)

// Open reports whether everybody may do everything because nobody was told who
// may.
func (a Access) Open() bool { return len(a.Issuers) == 0 && !a.Proxy }

// Authenticates reports whether requests need a token.
func (a Access) Authenticates() bool { return len(a.Issuers) > 0 }

// CheckIssuers returns an error if the parts of an access exclude each other.
func (a Access) CheckIssuers() error {
	if a.Proxy && a.Authenticates() {
		return errBoth
	}
	urls, names := map[string]bool{}, map[string]bool{}
	for _, i := range a.Issuers {
		if urls[i.o.URL] || names[i.o.Name] {
			return errTwice
		}
		urls[i.o.URL], names[i.o.Name] = true, true
	}
	return nil
}

// CheckBind returns ErrOpen if an address to listen at, as ":8080", can be reached
// from elsewhere and the access is open.
func (a Access) CheckBind(address string) error {
	if !a.Open() {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("access: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.Unmap().IsLoopback() {
		return nil
	}
	return fmt.Errorf("access: %s: %w", address, ErrOpen)
}

// CheckListener is CheckBind for a listener's address. A Unix socket is not
// reached from elsewhere.
func (a Access) CheckListener(address net.Addr) error {
	if tcp, ok := address.(*net.TCPAddr); ok && a.Open() && !tcp.IP.IsLoopback() {
		return fmt.Errorf("access: %s: %w", address, ErrOpen)
	}
	return nil
}

// Decide returns who makes a request, if they have a right; nobody if the access
// does not authenticate. Any error is a *Denied. That a request comes to an open
// edge from elsewhere is an error too, as far as its connection tells. It takes 10
// seconds at most, while an issuer is asked for its keys.
func (a Access) Decide(r *http.Request, right Right) (Identity, error) {
	if a.Open() {
		if addr, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && a.CheckListener(addr) != nil {
			return Identity{}, denied(http.StatusForbidden, "", ErrOpen.Error())
		}
		return Identity{}, nil
	}
	if a.Proxy || right.Kind == Public {
		return Identity{}, nil
	}
	token, err := bearer(r)
	if err != nil {
		return Identity{}, err
	}
	who, err := a.identify(r.Context(), token)
	if err != nil {
		return Identity{}, err
	}
	if !a.Policy.Allows(who.Roles, right) {
		return Identity{}, denied(http.StatusForbidden, insufficient, "this needs a role with "+right.String())
	}
	return who, nil
}

// identify returns who a token is of. Its issuer is taken from what the token says
// itself; that is believed only when the issuer's key proves it.
func (a Access) identify(ctx context.Context, text string) (Identity, error) {
	t, err := parseToken(text)
	if err != nil {
		return Identity{}, err
	}
	for _, i := range a.Issuers {
		if i.o.URL == t.claims.issuer {
			return i.identify(ctx, t)
		}
	}
	return Identity{}, invalid("the token is of an issuer that is not known here")
}

// An Identity is who asks, as an issuer tells.
type Identity struct {
	// Issuer is the issuer's name, empty if it has none, and Subject who it is
	// there.
	Issuer, Subject string
	// Roles are what the policy has rules for. Others are in it too.
	Roles []string
	// Expires is when the token does; zero for nobody.
	Expires time.Time
}

// Actor is the identity for the audit trail: the subject, after the name of the
// issuer and a colon if the issuer has one. It has at most MaxActor bytes, and is
// empty for nobody.
func (i Identity) Actor() string {
	if i.Issuer == "" {
		return i.Subject
	}
	return i.Issuer + ":" + i.Subject
}
