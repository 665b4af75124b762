package access

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
)

// The types of keys.
const (
	familyRSA = "RSA"
	familyEC  = "EC"
	familyOKP = "OKP"
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

// A jwk is a key as RFC 7517 writes it.
type jwk struct {
	Type       string   `json:"kty"`
	ID         string   `json:"kid"`
	Use        string   `json:"use"`
	Algorithm  string   `json:"alg"`
	Operations []string `json:"key_ops"`
	Curve      string   `json:"crv"`
	N          string   `json:"n"`
	E          string   `json:"e"`
	X          string   `json:"x"`
	Y          string   `json:"y"`
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
		var j jwk
		if json.Unmarshal(one, &j) != nil {
			continue
		}
		if k, err := j.key(); err == nil {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil, errNoKeys
	}
	return keys, nil
}

func (j jwk) key() (key, error) {
	if j.Use != "" && j.Use != "sig" || len(j.Operations) > 0 && !slices.Contains(j.Operations, "verify") {
		return key{}, errKey
	}
	if j.Algorithm != "" && !isAlgorithm(j.Algorithm) {
		return key{}, errKey
	}
	k := key{id: j.ID, algorithm: j.Algorithm}
	var err error
	switch j.Type {
	case familyRSA:
		k.public, err = j.rsa()
	case familyEC:
		k.public, err = j.ec()
	case familyOKP:
		k.public, err = j.ed25519()
	default:
		err = errKey
	}
	return k, err
}

func (j jwk) rsa() (*rsa.PublicKey, error) {
	n, errN := decode(j.N)
	e, errE := decode(j.E)
	if errN != nil || errE != nil {
		return nil, errKey
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < minRSABits || modulus.BitLen() > maxRSABits || modulus.Bit(0) == 0 ||
		exponent.Cmp(big.NewInt(2)) <= 0 || exponent.Cmp(big.NewInt(maxExponent)) > 0 || exponent.Bit(0) == 0 {
		return nil, errKey
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (j jwk) ec() (*ecdsa.PublicKey, error) {
	var curve elliptic.Curve
	switch j.Curve {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	case "P-521":
		curve = elliptic.P521()
	default:
		return nil, errKey
	}
	size := (curve.Params().BitSize + 7) / 8
	x, errX := decode(j.X)
	y, errY := decode(j.Y)
	if errX != nil || errY != nil || len(x) != size || len(y) != size {
		return nil, errKey
	}
	// It also checks that the point is on the curve.
	return ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
}

func (j jwk) ed25519() (ed25519.PublicKey, error) {
	x, err := decode(j.X)
	if err != nil || j.Curve != "Ed25519" || len(x) != ed25519.PublicKeySize {
		return nil, errKey
	}
	return x, nil
}
