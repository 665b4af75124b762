package access

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// algorithms are how a token may be signed (RFC 7518, RFC 8037). All are asymmetric:
// what is known here can prove a token, and never make one.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

func isAlgorithm(name string) bool {
	return slices.Contains(algorithms(), jose.SignatureAlgorithm(name))
}

// fits reports whether an algorithm is one for a key.
func (k key) fits(algorithm string) bool {
	switch public := k.public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		return curveOf(algorithm) == public.Params().Name
	case ed25519.PublicKey:
		return algorithm == string(jose.EdDSA)
	}
	return false
}

func curveOf(algorithm string) string {
	switch jose.SignatureAlgorithm(algorithm) { //nolint:exhaustive // the others have no curve
	case jose.ES256:
		return "P-256"
	case jose.ES384:
		return "P-384"
	case jose.ES512:
		return "P-521"
	}
	return "none"
}

// proves reports whether a token was signed with a key's other half. Its algorithm
// must be one for that key.
func (k key) proves(t token) bool {
	if !k.fits(t.algorithm) {
		return false
	}
	signed, err := jose.ParseSignedCompact(t.text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(t.algorithm)})
	if err != nil {
		return false
	}
	_, err = signed.Verify(k.public)
	return err == nil
}
