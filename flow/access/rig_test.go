package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/access/issuer"
)

const audience = "https://shop.example"

var place = access.Right{Kind: access.Command, Name: "order.place"}

// A rig is an access with an issuer that is served, and a clock that stands.
type rig struct {
	*testing.T

	issuer *issuer.Issuer
	access access.Access
	down   atomic.Bool // the issuer answers 500
	late   atomic.Int64
}

func newRig(t *testing.T, algorithm string) *rig {
	t.Helper()
	r := &rig{T: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if r.down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		r.issuer.ServeHTTP(w, q)
	}))
	t.Cleanup(server.Close)
	var err error
	if r.issuer, err = issuer.New(server.URL, algorithm); err != nil {
		t.Fatal(err)
	}
	r.issuer.Now = r.now
	i, err := access.NewIssuer(access.OIDC{URL: server.URL, Audience: audience, Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	r.access = access.Access{Issuers: []*access.Issuer{i}, Policy: access.Policy{
		{Role: "consumer", Commands: []string{place.Name}, Views: []string{"orders"}},
		{Role: "operator", Commands: []string{access.All}, Views: []string{access.All}, Operations: []string{access.All}, History: true},
	}}
	return r
}

// now begins at a full second, and goes on when it is told.
func (r *rig) now() time.Time { return time.Unix(1_700_000_000, 0).Add(time.Duration(r.late.Load())) }

func (r *rig) wait(d time.Duration) { r.late.Add(int64(d)) }

// good returns the claims of a good token, with others.
func (*rig) good(others ...any) map[string]any {
	claims := map[string]any{"sub": "ann", "aud": audience, "roles": []string{"consumer"}}
	for i := 0; i < len(others); i += 2 {
		claims[others[i].(string)] = others[i+1]
	}
	return claims
}

func (r *rig) token(others ...any) string {
	r.Helper()
	token, err := r.issuer.Token(r.good(others...))
	if err != nil {
		r.Fatal(err)
	}
	return token
}

// forge signs a header and claims with a key.
func (r *rig) forge(k issuer.Key, header map[string]any, others ...any) string {
	r.Helper()
	claims := r.good(others...)
	for name, value := range map[string]any{"iss": r.issuer.URL, "exp": r.now().Add(time.Minute).Unix()} {
		if _, ok := claims[name]; !ok {
			claims[name] = value
		}
	}
	token, err := k.Sign(asJSON(r.T, header), asJSON(r.T, claims))
	if err != nil {
		r.Fatal(err)
	}
	return token
}

func asJSON(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// ask asks for a right with values of the header Authorization.
func (r *rig) ask(right access.Right, headers ...string) (access.Identity, *access.Denied) {
	r.Helper()
	q := httptest.NewRequestWithContext(r.Context(), http.MethodPost, "/commands/order.place", nil)
	for _, h := range headers {
		q.Header.Add("Authorization", h)
	}
	who, err := r.access.Decide(q, right)
	if err == nil {
		return who, nil
	}
	denied, ok := errors.AsType[*access.Denied](err)
	if !ok || who.Subject != "" {
		r.Fatalf("%+v, %v: not denied, or somebody all the same", who, err)
	}
	return who, denied
}

func at(ctx context.Context, ip string) context.Context {
	return context.WithValue(ctx, http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(ip), Port: 80})
}

func contextOf(q *http.Request) (context.Context, context.CancelFunc) {
	return context.WithCancel(q.Context())
}
