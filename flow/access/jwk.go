package access

import (
	"crypto"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxKeys is the most keys of an issuer.
	maxKeys = 100
	// RSA keys below are broken, or soon; above they cost too much time.
	minRSABits, maxRSABits = 2048, 8192
	maxExponent            = 1<<31 - 1
)

// A key is one that an issuer publishes to prove its tokens.
type key struct {
	id        string
	algorithm string // the only one that it is for; empty if any of its family
	public    crypto.PublicKey
}

var (
	errKey     = errors.New("the key can't prove a token")
	errKeySet  = errors.New("the issuer's keys are no JSON object with a list of keys")
	errNoKeys  = errors.New("the issuer has no key that can prove a token")
	errTooMany = errors.New("the issuer has more than 100 keys")
)

// keysOf reads an issuer's keys. Those that are for something else, or are not
// understood, are left out.
func keysOf(data []byte) ([]key, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errKeySet
	}
	if len(set.Keys) > maxKeys {
		return nil, errTooMany
	}
	var keys []key
	for _, one := range set.Keys {
		if k, err := keyOf(one); err == nil {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errNoKeys
	}
	return keys, nil
}

// keyOf reads a key as RFC 7517 writes it.
func keyOf(data []byte) (key, error) {
	var j jose.JSONWebKey
	var more struct {
		Operations []string `json:"key_ops"`
	}
	if json.Unmarshal(data, &j) != nil || json.Unmarshal(data, &more) != nil {
		return key{}, errKey
	}
	signs := j.Use == "" || j.Use == "sig"
	verifies := len(more.Operations) == 0 || slices.Contains(more.Operations, "verify")
	known := j.Algorithm == "" || isAlgorithm(j.Algorithm)
	if !j.Valid() || !j.IsPublic() || !signs || !verifies || !known || !isStrong(j.Key) {
		return key{}, errKey
	}
	return key{id: j.KeyID, algorithm: j.Algorithm, public: j.Key}, nil
}

func isStrong(public crypto.PublicKey) bool {
	r, ok := public.(*rsa.PublicKey)
	if !ok {
		return true
	}
	bits := r.N.BitLen()
	return bits >= minRSABits && bits <= maxRSABits && r.N.Bit(0) == 1 && r.E > 2 && r.E <= maxExponent && r.E%2 == 1
}
