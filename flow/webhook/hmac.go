package webhook

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// A Plain is how a sender signs that has a scheme of its own: an HMAC-SHA-256 over the
// body, in a header.
type Plain struct {
	// Header holds the signature, after Prefix, in hexadecimal, or in base64.
	Header, Prefix string
	Base64         bool
	// ID is the header with the sender's identity of what it tells. It is not
	// signed: who has seen a request can send it again under another one. Where there
	// is none, the identity is made of the body, so a body counts once.
	ID string
}

// HMAC returns the verifier of a Plain scheme. It has no time, hence no window: that
// a request counts once is all that holds a replay off.
func HMAC(p Plain, secrets ...Secret) Verifier { return newVerifier(p, secrets) }

// GitHub returns the verifier of GitHub's webhooks, see
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries. The
// identity is that of the delivery, which GitHub does not sign; see Plain.
func GitHub(secrets ...Secret) Verifier {
	return HMAC(Plain{Header: "X-Hub-Signature-256", Prefix: "sha256=", ID: "X-Github-Delivery"}, secrets...)
}

func (Plain) key(secret string) ([]byte, error) { return rawKey(secret) }

func (p Plain) claim(h headers, body []byte) (claim, error) {
	text, err := h.one(p.Header)
	if err != nil {
		return claim{}, err
	}
	signature, ok := strings.CutPrefix(text, p.Prefix)
	if !ok {
		return claim{}, fmt.Errorf("the header %s does not begin with %s", p.Header, p.Prefix)
	}
	c := claim{
		signatures: []string{signature}, encode: hex.EncodeToString,
		identity: func() (string, error) { return hashOf("", body), nil },
	}
	if p.Base64 {
		c.encode = encodeBase64
	}
	if p.ID != "" {
		id, err := h.one(p.ID)
		if err != nil {
			return claim{}, err
		}
		c.identity = is(id)
	}
	return c, nil
}
