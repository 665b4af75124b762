package access_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/access/issuer"
)

func (r *rig) want(status int, headers ...string) *access.Denied {
	r.Helper()
	_, denied := r.ask(place, headers...)
	got := 0
	if denied != nil {
		got = denied.Status
	}
	if got != status {
		r.Errorf("%d, want %d: %v", got, status, denied)
	}
	return denied
}

func (r *rig) wantFetches(n int) {
	r.Helper()
	if got := r.issuer.Fetches(); got != n {
		r.Errorf("the keys were fetched %d times, want %d", got, n)
	}
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	old := "Bearer " + r.token("exp", r.now().Add(24*time.Hour).Unix())
	r.want(0, old)
	r.wait(time.Minute)
	if err := r.issuer.Rotate("EdDSA"); err != nil {
		t.Fatal(err)
	}
	r.want(0, "Bearer "+r.token()) // an unknown key has them fetched
	r.want(0, old)
	r.wantFetches(2)
	r.issuer.Forget()
	r.want(0, old) // nobody asked since
	r.wait(time.Hour)
	r.want(401, old)
	r.wantFetches(3)
	r.want(0, "Bearer "+r.token())
	r.wantFetches(3)
}

func TestUnknownKeysDoNotHammerTheIssuer(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	stranger := func(id string) string {
		return "Bearer " + r.forge(r.issuer.Key(), map[string]any{"alg": "ES256", "kid": id})
	}
	r.want(0, "Bearer "+r.token())
	for range 200 {
		r.want(401, stranger(strings.Repeat("x", 20)))
	}
	r.wantFetches(1)
	for i := range 60 { // a minute
		r.want(401, stranger(string(rune('a'+i))))
		r.wait(time.Second)
	}
	r.wantFetches(2)
	r.want(0, "Bearer "+r.token())
}

func TestManyAtOnceFetchOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	token := "Bearer " + r.token()
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { r.want(0, token) })
	}
	all.Wait()
	r.wantFetches(1)
}

func TestAnIssuerThatIsDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	token := "Bearer " + r.token("exp", r.now().Add(24*time.Hour).Unix())
	r.down.Store(true)
	for range 3 {
		if denied := r.want(503, token); denied != nil && (denied.RetryAfter <= 0 || denied.RetryAfter > 5*time.Second || denied.Cause == nil || denied.Challenge() != "") {
			t.Errorf("%+v", denied)
		}
	}
	r.want(401, "Bearer x.y.z") // what needs no key is told all the same
	r.down.Store(false)
	r.want(503, token) // asked a moment ago
	r.wait(5 * time.Second)
	r.want(0, token)
	r.wantFetches(1)

	r.down.Store(true)
	r.wait(5*time.Hour + 59*time.Minute)
	r.want(0, token) // with the keys that there are
	stranger := "Bearer " + r.forge(r.issuer.Key(), map[string]any{"alg": "ES256", "kid": "new"})
	r.want(503, stranger) // it may be good: nobody can tell
	r.wait(time.Minute)
	r.want(503, token)
	r.down.Store(false)
	r.wait(5 * time.Second)
	r.want(0, token)
}

func TestWhoHangsUpSpoilsNoFetch(t *testing.T) {
	t.Parallel()
	began, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	r := newRig(t, "ES256")
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		once.Do(func() { close(began); <-goOn })
		r.issuer.ServeHTTP(w, q)
	}))
	defer slow.Close()
	r.issuer.URL = slow.URL
	i, err := access.NewIssuer(access.OIDC{URL: slow.URL, Audience: audience, Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	r.access.Issuers = []*access.Issuer{i}
	q := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	q.Header.Set("Authorization", "Bearer "+r.token())
	ctx, hangUp := contextOf(q)
	done := make(chan error)
	go func() {
		_, err := r.access.Decide(q.WithContext(ctx), place)
		done <- err
	}()
	<-began
	hangUp()
	waiting, cancel := contextOf(q)
	cancel()
	if _, err := r.access.Decide(q.WithContext(waiting), place); err == nil {
		t.Error("somebody who has gone was let in without keys")
	}
	close(goOn)
	if err := <-done; err != nil {
		t.Error(err)
	}
	r.want(0, "Bearer "+r.token())
	r.wantFetches(1)
}

// TestBadIssuers has an issuer tell what it should not.
func TestBadIssuers(t *testing.T) {
	t.Parallel()
	discovery := func(url string) string { return `{"issuer":"` + url + `","jwks_uri":"` + url + `/keys"}` }
	weak := `{"keys":[{"kty":"RSA","kid":"k","n":"` + strings.Repeat("A", 170) + `","e":"AQAB"}]}`
	for name, answer := range map[string]func(url, path string) string{
		"nothing":               func(string, string) string { return "" },
		"no JSON":               func(string, string) string { return "<html>" },
		"a list":                func(string, string) string { return "[]" },
		"another issuer":        func(url, _ string) string { return discovery(url + "/") },
		"no keys' address":      func(url, _ string) string { return `{"issuer":"` + url + `"}` },
		"keys without https":    func(url, _ string) string { return `{"issuer":"` + url + `","jwks_uri":"http://192.0.2.1/keys"}` },
		"keys in a file":        func(url, _ string) string { return `{"issuer":"` + url + `","jwks_uri":"file:///etc/passwd"}` },
		"keys are no JSON":      keysAre(discovery, "x"),
		"no keys":               keysAre(discovery, `{"keys":[]}`),
		"keys are null":         keysAre(discovery, `null`),
		"a secret":              keysAre(discovery, `{"keys":[{"kty":"oct","kid":"k","k":"c2VjcmV0"}]}`),
		"a weak key":            keysAre(discovery, weak),
		"a key to encrypt with": keysAre(discovery, `{"keys":[{"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`),
		"a point off the curve": keysAre(discovery, `{"keys":[{"kty":"EC","crv":"P-256","x":"`+strings.Repeat("A", 42)+`E","y":"`+strings.Repeat("A", 42)+`E"}]}`),
		"too many keys":         keysAre(discovery, `{"keys":[`+strings.Repeat("{},", 100)+`{}]}`),
		"too much":              func(url, _ string) string { return discovery(url) + strings.Repeat(" ", 256<<10) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "ES256")
			var url string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { _, _ = w.Write([]byte(answer(url, q.URL.Path))) }))
			defer server.Close()
			url = server.URL
			i, err := access.NewIssuer(access.OIDC{URL: url, Audience: audience, Now: r.now})
			if err != nil {
				t.Fatal(err)
			}
			r.access.Issuers, r.issuer.URL = []*access.Issuer{i}, url
			r.want(503, "Bearer "+r.token())
		})
	}
}

func keysAre(discovery func(string) string, keys string) func(url, path string) string {
	return func(url, path string) string {
		if path == "/keys" {
			return keys
		}
		return discovery(url)
	}
}

func TestAnIssuerIsNotFollowedElsewhere(t *testing.T) {
	t.Parallel()
	r := newRig(t, "ES256")
	server := httptest.NewServer(http.RedirectHandler(r.issuer.URL+"/.well-known/openid-configuration", http.StatusFound))
	defer server.Close()
	i, err := access.NewIssuer(access.OIDC{URL: server.URL, Audience: audience, Now: r.now})
	if err != nil {
		t.Fatal(err)
	}
	r.access.Issuers, r.issuer.URL = []*access.Issuer{i}, server.URL
	r.want(503, "Bearer "+r.token())
	r.wantFetches(0)
}

// TestAKeyIsForWhatItSays gives keys that are not for each token of their family.
func TestAKeyIsForWhatItSays(t *testing.T) {
	t.Parallel()
	k, err := issuer.NewKey("k", "PS256")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change map[string]any
		status int
	}{
		"as it is":            {nil, 0},
		"for any algorithm":   {map[string]any{"alg": nil, "use": nil}, 0},
		"to verify":           {map[string]any{"key_ops": []string{"verify"}}, 0},
		"for RS256":           {map[string]any{"alg": "RS256"}, 401},
		"for HS256":           {map[string]any{"alg": "HS256"}, 503},
		"to encrypt":          {map[string]any{"use": "enc"}, 503},
		"to sign":             {map[string]any{"key_ops": []string{"sign"}}, 503},
		"of another id":       {map[string]any{"kid": "K"}, 401},
		"with exponent 1":     {map[string]any{"e": "AQ"}, 503},
		"with an even number": {map[string]any{"e": "AQAC"}, 503},
		"of another family":   {map[string]any{"kty": "EC"}, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "ES256")
			jwk := map[string]any{}
			for name, value := range k.JWK() {
				jwk[name] = value
			}
			maps.Copy(jwk, c.change)
			maps.DeleteFunc(jwk, func(_ string, v any) bool { return v == nil })
			keys, err := json.Marshal(map[string]any{"keys": []any{jwk}})
			if err != nil {
				t.Fatal(err)
			}
			var url string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				answer := keysAre(func(url string) string { return `{"issuer":"` + url + `","jwks_uri":"` + url + `/keys"}` }, string(keys))
				_, _ = w.Write([]byte(answer(url, q.URL.Path)))
			}))
			defer server.Close()
			url = server.URL
			i, err := access.NewIssuer(access.OIDC{URL: url, Audience: audience, Now: r.now})
			if err != nil {
				t.Fatal(err)
			}
			r.access.Issuers, r.issuer.URL = []*access.Issuer{i}, url
			r.want(c.status, "Bearer "+r.forge(k, map[string]any{"alg": "PS256", "kid": "k"}))
		})
	}
}
