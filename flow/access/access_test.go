package access_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/access/issuer"
)

func TestGoodTokens(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, algorithm)
			now := r.now()
			for name, header := range map[string]string{
				"plain":             "Bearer " + r.token(),
				"scheme lower case": "bearer " + r.token(),
				"scheme upper case": "BEARER " + r.token(),
				"audiences":         "Bearer " + r.token("aud", []string{"other", audience}),
				"just expired":      "Bearer " + r.token("exp", now.Add(-59*time.Second).Unix()),
				"soon good":         "Bearer " + r.token("nbf", now.Add(time.Minute).Unix()),
				"issued soon":       "Bearer " + r.token("iat", now.Add(time.Minute).Unix()),
				"fraction":          "Bearer " + r.token("exp", float64(now.Unix())+0.5),
				"roles as text":     "Bearer " + r.token("roles", "courier  consumer"),
				"roles, two":        "Bearer " + r.token("roles", []string{"courier", "consumer"}),
				"access token":      "Bearer " + r.forge(r.issuer.Key(), map[string]any{"alg": algorithm, "kid": r.issuer.Key().ID, "typ": "at+jwt"}),
				"access token, long form": "Bearer " + r.forge(r.issuer.Key(), map[string]any{
					"alg": algorithm, "kid": r.issuer.Key().ID, "typ": "application/AT+JWT",
				}),
				"no key id, one key": "Bearer " + r.forge(r.issuer.Key(), map[string]any{"alg": algorithm}),
			} {
				if who, denied := r.ask(place, header); denied != nil || who.Actor() != "ann" || !slices.Contains(who.Roles, "consumer") {
					t.Errorf("%s: %+v, %v", name, who, denied)
				}
			}
		})
	}
}

func TestATokenInTheQueryIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/views/orders?access_token="+r.token(), nil)
	q.Header.Set("Authorization", "Bearer "+r.token())
	if _, err := r.access.Decide(q, access.Right{Kind: access.View, Name: "orders"}); err == nil || !strings.Contains(err.Error(), "query") {
		t.Error(err)
	}
}

func TestOpenIsForLoopbackOnly(t *testing.T) {
	t.Parallel()
	var open access.Access
	for address, ok := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:80": true, "[::1]:0": true, "127.8.8.8:1": true, "[::ffff:127.0.0.1]:1": true,
		":8080": false, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false, "shop.example:80": false, "localhost": false, "": false, "localhost.evil:80": false,
	} {
		if err := open.CheckBind(address); (err == nil) != ok {
			t.Errorf("open at %q: %v", address, err)
		}
	}
	proxied := access.Access{Proxy: true}
	if err := proxied.CheckBind(":8080"); err != nil {
		t.Error(err)
	}
	if open.CheckListener(&net.UnixAddr{Name: "/run/edge"}) != nil || open.CheckListener(&net.TCPAddr{IP: net.IPv4zero}) == nil {
		t.Error("a Unix socket is refused, or all addresses are not")
	}
	q := httptest.NewRequestWithContext(at(t.Context(), "192.0.2.1"), http.MethodGet, "/", nil)
	if _, err := open.Decide(q, access.Right{Kind: access.Public}); err == nil {
		t.Error("open, and reached from elsewhere")
	}
	if _, err := proxied.Decide(q, place); err != nil {
		t.Error(err)
	}
	if _, err := open.Decide(q.WithContext(at(t.Context(), "127.0.0.1")), place); err != nil {
		t.Error(err)
	}
}

func TestPublicNeedsNoToken(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	r.down.Store(true)
	if _, denied := r.ask(access.Right{Kind: access.Public}); denied != nil {
		t.Error(denied)
	}
	if _, denied := r.ask(access.Right{}); denied == nil {
		t.Error("what no route needs is public")
	}
}

func TestRolesFromAPathInTheClaims(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	i, err := access.NewIssuer(access.OIDC{URL: r.issuer.URL, Audience: audience, RolesClaim: "/realm_access/roles", Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	r.access.Issuers = []*access.Issuer{i}
	inner := func(v any) string { return "Bearer " + r.token("roles", nil, "realm_access", v) }
	if _, denied := r.ask(place, inner(map[string]any{"roles": []string{"consumer"}})); denied != nil {
		t.Error(denied)
	}
	for _, v := range []any{nil, "consumer", []string{"consumer"}, map[string]any{"role": "consumer"}} {
		if _, denied := r.ask(place, inner(v)); denied == nil || denied.Status != http.StatusForbidden {
			t.Errorf("%v: %v", v, denied)
		}
	}
}

func TestTwoIssuersAreNotMistakenForEachOther(t *testing.T) {
	t.Parallel()
	one, two := newRig(t, "ES256"), newRig(t, "ES256")
	named := func(r *rig, name string) *access.Issuer {
		i, err := access.NewIssuer(access.OIDC{URL: r.issuer.URL, Audience: audience, Name: name, Now: r.now})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	both := []*access.Issuer{named(one, "staff"), named(two, "shop")}
	one.access.Issuers = both
	if err := one.access.CheckIssuers(); err != nil {
		t.Error(err)
	}
	if who, denied := one.ask(place, "Bearer "+one.token()); denied != nil || who.Actor() != "staff:ann" {
		t.Errorf("%+v, %v", who, denied)
	}
	if who, denied := one.ask(place, "Bearer "+two.token()); denied != nil || who.Actor() != "shop:ann" {
		t.Errorf("%+v, %v", who, denied)
	}
	if who, denied := one.ask(place, "Bearer "+two.token("iss", one.issuer.URL)); denied == nil {
		t.Errorf("%+v: one issuer spoke for the other", who)
	}
	for _, bad := range []access.Access{
		{Issuers: []*access.Issuer{named(one, ""), named(two, "")}},
		{Issuers: []*access.Issuer{named(one, "a"), named(one, "b")}},
		{Issuers: []*access.Issuer{named(one, "a")}, Proxy: true},
	} {
		if bad.CheckIssuers() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

func TestIssuerOptions(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"https://accounts.example": true, "https://accounts.example/realms/a": true, "http://localhost:1": true, "http://127.0.0.1:1": true,
		"": false, "accounts.example": false, "http://accounts.example": false, "http://localhost.evil": false, "https://a@b": false,
		"https://a?b": false, "https://a#b": false, "ftp://a": false, "https://": false, "file:///etc/passwd": false,
	} {
		if _, err := access.NewIssuer(access.OIDC{URL: url, Audience: audience}); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		}
	}
	for _, o := range []access.OIDC{
		{URL: "https://a"}, {URL: "https://a", Audience: "b", Name: "a b"}, {URL: "https://a", Audience: "b", Name: strings.Repeat("a", 33)},
	} {
		if _, err := access.NewIssuer(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	if _, err := issuer.New("http://localhost", "HS256"); err == nil {
		t.Error("an issuer with a shared secret")
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	const url = "https://accounts.example"
	for _, c := range []struct {
		name                      string
		env                       map[string]string
		open, authenticates, fail bool
	}{
		{name: "nothing", open: true},
		{name: "tokens", env: map[string]string{access.EnvIssuer: url, access.EnvAudience: "a"}, authenticates: true},
		{name: "proxy", env: map[string]string{access.EnvAccess: "proxy"}},
		{name: "no audience", env: map[string]string{access.EnvIssuer: url}, fail: true},
		{name: "no issuer", env: map[string]string{access.EnvAudience: "a"}, fail: true},
		{name: "both", env: map[string]string{access.EnvIssuer: url, access.EnvAudience: "a", access.EnvAccess: "proxy"}, fail: true},
		{name: "a bad issuer", env: map[string]string{access.EnvIssuer: "http://accounts.example", access.EnvAudience: "a"}, fail: true},
		{name: "a wish", env: map[string]string{access.EnvAccess: "open"}, fail: true},
	} {
		a, err := access.FromEnv(func(name string) string { return c.env[name] }, nil)
		if (err != nil) != c.fail || err == nil && (a.Open() != c.open || a.Authenticates() != c.authenticates) {
			t.Errorf("%s: %+v, %v", c.name, a, err)
		}
	}
}
