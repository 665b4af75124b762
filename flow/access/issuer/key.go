package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // the hash of RS256, PS256 and ES256
	_ "crypto/sha512" // the hash of the others
	"encoding/base64"
	"fmt"
	"math/big"
)

const rsaBits = 2048

// NewKey returns a new key.
func NewKey(id, algorithm string) (k Key, err error) {
	k = Key{ID: id, Algorithm: algorithm}
	switch algorithm {
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		k.private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case "ES256":
		k.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES384":
		k.private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "ES512":
		k.private, err = ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "EdDSA":
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = fmt.Errorf("issuer: no algorithm %q", algorithm)
	}
	return k, err
}

// Public returns the half that proves tokens.
func (k Key) Public() crypto.PublicKey { return k.private.Public() }

// Sign returns a token with a header and a payload, whatever they say: so a test can
// forge.
func (k Key) Sign(header, payload []byte) (string, error) {
	signed := encode(header) + "." + encode(payload)
	signature, err := k.sign([]byte(signed))
	if err != nil {
		return "", fmt.Errorf("issuer: sign: %w", err)
	}
	return signed + "." + encode(signature), nil
}

func (k Key) sign(data []byte) ([]byte, error) {
	hash := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}[k.Algorithm[2:]]
	if k.Algorithm == "EdDSA" {
		return k.private.Sign(nil, data, crypto.Hash(0))
	}
	h := hash.New()
	h.Write(data)
	digest := h.Sum(nil)
	if private, ok := k.private.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, private, digest)
		size := (private.Params().BitSize + 7) / 8
		return append(fixed(r, size), fixed(s, size)...), err
	}
	if k.Algorithm[0] == 'P' {
		return k.private.Sign(rand.Reader, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash})
	}
	return k.private.Sign(rand.Reader, digest, hash)
}

// fixed returns a number as so many bytes; nil, after an error, as zeros.
func fixed(n *big.Int, size int) []byte {
	data := make([]byte, size)
	if n == nil {
		return data
	}
	return n.FillBytes(data)
}

// JWK returns the public half as RFC 7517 writes it.
func (k Key) JWK() map[string]string {
	j := map[string]string{"kid": k.ID, "alg": k.Algorithm, "use": "sig"}
	switch public := k.Public().(type) {
	case *rsa.PublicKey:
		j["kty"], j["n"], j["e"] = "RSA", encode(public.N.Bytes()), encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4, x, y
		if err != nil {
			return j // a key that was generated here has a point
		}
		half := (len(point)-1)/2 + 1
		j["kty"], j["crv"], j["x"], j["y"] = "EC", public.Params().Name, encode(point[1:half]), encode(point[half:])
	case ed25519.PublicKey:
		j["kty"], j["crv"], j["x"] = "OKP", "Ed25519", encode(public)
	}
	return j
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
