package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"
)

// MaxActor is the most bytes of an actor in the audit trail.
const MaxActor = 128

// OIDC is where tokens come from.
type OIDC struct {
	// URL is the issuer, exactly as its tokens name it: https, or http on loopback.
	URL string
	// Audience is what tokens for this system are for: a client's id, or an
	// address. Tokens for others are refused.
	Audience string
	// Name goes before the subject in the audit trail, if there are several
	// issuers; at most 32 letters, digits, dots, dashes or underscores.
	Name string
	// RolesClaim is the claim with the roles, an array of texts or a text with
	// spaces between; empty means "roles". One that begins with a slash is a path
	// in the claims, as /realm_access/roles.
	RolesClaim string
	// Client asks the issuer; nil means one that follows no redirects. A call takes 5
	// seconds at most.
	Client *http.Client
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

const (
	defaultRoles = "roles"
	maxName      = 32
)

// An Issuer proves tokens of one OIDC issuer: JWTs, signed with an asymmetric
// algorithm by a key that the issuer publishes.
//
// It asks the issuer when the first token comes, so a system starts without it; then
// once an hour, and when a token has a key that it does not know, twice a minute at
// most.
type Issuer struct {
	o    OIDC
	keys *cache
}

var errOptions = errors.New("access: an issuer needs a URL (https, or http on loopback, without query), an audience, and a name of at most 32 characters, if any")

// NewIssuer returns the issuer, or an error if the options are wrong. It asks
// nobody.
func NewIssuer(o OIDC) (*Issuer, error) {
	if !isIssuerURL(o.URL) || o.Audience == "" || o.Name != "" && (!isWord(o.Name) || len(o.Name) > maxName) {
		return nil, fmt.Errorf("%w: %q, %q, %q", errOptions, o.URL, o.Audience, o.Name)
	}
	if o.RolesClaim == "" {
		o.RolesClaim = defaultRoles
	}
	if o.Client == nil {
		o.Client = newClient()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	i := &Issuer{o: o}
	i.keys = newCache(i.fetch, o.Now)
	return i, nil
}

func isIssuerURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.RawQuery == "" && u.Fragment == "" && u.User == nil && isSafe(u)
}

// isSafe reports whether nobody between can change what an address answers.
func isSafe(u *url.URL) bool {
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	loopback := host == "localhost" || err == nil && ip.IsLoopback()
	return host != "" && (u.Scheme == "https" || u.Scheme == "http" && loopback)
}

// identify returns who a token is of, or why it proves nothing. What it says is
// looked at only after the signature: others learn nothing by trying.
func (i *Issuer) identify(ctx context.Context, t token) (Identity, error) {
	if err := i.prove(ctx, t); err != nil {
		return Identity{}, err
	}
	if err := i.check(t.claims); err != nil {
		return Identity{}, err
	}
	who := Identity{Issuer: i.o.Name, Subject: t.claims.subject, Expires: t.claims.expires}
	if !isSubject(who.Subject) || len(who.Actor()) > MaxActor {
		return Identity{}, invalid("the token has no sub, or one that the audit trail can't hold: 128 bytes that print")
	}
	var err error
	who.Roles, err = t.claims.roles(i.o.RolesClaim)
	return who, err
}

func (i *Issuer) prove(ctx context.Context, t token) error {
	keys, err := i.keys.find(ctx, t.key, t.algorithm)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.proves(t) {
			return nil
		}
	}
	return invalid("the token's signature is wrong")
}

func (i *Issuer) check(c claims) error {
	switch {
	case c.issuer != i.o.URL:
		return invalid("the token is of another issuer")
	case !slices.Contains(c.audience, i.o.Audience):
		return invalid("the token is for another audience")
	}
	return c.checkTimes(i.o.Now())
}
