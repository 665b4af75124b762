// Package issuer is an OIDC issuer for tests and laptops: it tells where its keys
// are, signs what it is asked to, and changes its keys. Anybody in the process can
// have any token, so it is for nothing else.
package issuer

import (
	"crypto"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Lifetime is how long a token is good if its claims do not say.
const Lifetime = 10 * time.Minute

const keysPath = "/keys"

// An Issuer is an issuer. Its methods may be called at the same time.
type Issuer struct {
	// URL is where its handler is served, and the iss of its tokens.
	URL string
	// Now is the clock; nil means the machine's.
	Now func() time.Time

	fetches atomic.Int64

	mu   sync.Mutex
	keys []Key // the last one signs
}

// New returns an issuer that will be served at an address. It has a key for an
// algorithm: RS256, PS256, ES256, ES384, ES512, EdDSA and others of RSA.
func New(url, algorithm string) (*Issuer, error) {
	i := &Issuer{URL: url}
	return i, i.Rotate(algorithm)
}

// Rotate has tokens signed with a new key from now on. Those that there are stay
// good until Forget.
func (i *Issuer) Rotate(algorithm string) error {
	k, err := NewKey(rand.Text(), algorithm)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, k)
	return nil
}

// Forget withdraws all keys but the one that signs.
func (i *Issuer) Forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = i.keys[len(i.keys)-1:]
}

// Key returns the key that signs.
func (i *Issuer) Key() Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1]
}

// Fetches returns how often somebody asked for the keys.
func (i *Issuer) Fetches() int { return int(i.fetches.Load()) }

// Token returns a token with claims. It has iss, iat and exp in any case; a claim
// whose value is nil is left out.
func (i *Issuer) Token(claims map[string]any) (string, error) {
	k := i.Key()
	now := time.Now()
	if i.Now != nil {
		now = i.Now()
	}
	all := map[string]any{"iss": i.URL, "iat": now.Unix(), "exp": now.Add(Lifetime).Unix()}
	maps.Copy(all, claims)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	payload, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]string{"alg": k.Algorithm, "kid": k.ID, "typ": "JWT"})
	if err != nil {
		return "", err
	}
	return k.Sign(header, payload)
}

// ServeHTTP answers with the discovery document and the keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		reply(w, map[string]any{"issuer": i.URL, "jwks_uri": i.URL + keysPath})
	case keysPath:
		i.fetches.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		keys := []map[string]string{}
		for _, k := range i.keys {
			keys = append(keys, k.JWK())
		}
		reply(w, map[string]any{"keys": keys})
	default:
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// A Key signs tokens.
type Key struct {
	ID, Algorithm string

	private crypto.Signer
}
