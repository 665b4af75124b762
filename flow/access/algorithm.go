package access

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	_ "crypto/sha256" // the hash of RS256, PS256 and ES256
	_ "crypto/sha512" // the hash of the others
	"math/big"
)

// An algorithm is how a token is signed (RFC 7518, RFC 8037). All are asymmetric:
// what is known here can prove a token, and never make one.
type algorithm struct {
	family string // the type of its key, as in a JWK
	hash   crypto.Hash
	pss    bool
	curve  string
}

func algorithmOf(name string) (algorithm, bool) {
	switch name {
	case "RS256":
		return algorithm{family: familyRSA, hash: crypto.SHA256}, true
	case "RS384":
		return algorithm{family: familyRSA, hash: crypto.SHA384}, true
	case "RS512":
		return algorithm{family: familyRSA, hash: crypto.SHA512}, true
	case "PS256":
		return algorithm{family: familyRSA, hash: crypto.SHA256, pss: true}, true
	case "PS384":
		return algorithm{family: familyRSA, hash: crypto.SHA384, pss: true}, true
	case "PS512":
		return algorithm{family: familyRSA, hash: crypto.SHA512, pss: true}, true
	case "ES256":
		return algorithm{family: familyEC, hash: crypto.SHA256, curve: "P-256"}, true
	case "ES384":
		return algorithm{family: familyEC, hash: crypto.SHA384, curve: "P-384"}, true
	case "ES512":
		return algorithm{family: familyEC, hash: crypto.SHA512, curve: "P-521"}, true
	case "EdDSA", "Ed25519":
		return algorithm{family: familyOKP, curve: "Ed25519"}, true
	}
	return algorithm{}, false
}

func isAlgorithm(name string) bool {
	_, ok := algorithmOf(name)
	return ok
}

// fits reports whether the algorithm is one for a key.
func (a algorithm) fits(k key) bool {
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return a.family == familyRSA
	case *ecdsa.PublicKey:
		return a.family == familyEC && a.curve == public.Params().Name
	case ed25519.PublicKey:
		return a.family == familyOKP
	}
	return false
}

// proves reports whether a signature of a text was made with a key's other half.
// The algorithm must be one for that key.
func (a algorithm) proves(k key, signed string, signature []byte) bool {
	if !a.fits(k) {
		return false
	}
	if public, ok := k.public.(ed25519.PublicKey); ok {
		return ed25519.Verify(public, []byte(signed), signature)
	}
	h := a.hash.New()
	h.Write([]byte(signed))
	digest := h.Sum(nil)
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		if a.pss {
			return rsa.VerifyPSS(public, a.hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
		return rsa.VerifyPKCS1v15(public, a.hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		return provesEC(public, digest, signature)
	}
	return false
}

// provesEC takes the two numbers of a signature one after the other, each as long
// as the curve's.
func provesEC(public *ecdsa.PublicKey, digest, signature []byte) bool {
	size := (public.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	return ecdsa.Verify(public, digest, r, s)
}
