package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
)

var (
	errStripe  = errors.New("the header Stripe-Signature is not t=…,v1=…")
	errEventID = errors.New("the body is no JSON object with an id")
)

// Stripe returns the verifier of Stripe's webhooks, see
// https://docs.stripe.com/webhooks#verify-manually. The identity is the "id" of the
// event in the body. Signatures other than v1 are passed over.
func Stripe(secrets ...Secret) Verifier { return newVerifier(stripe{}, secrets) }

type stripe struct{}

// key takes the secret as it is: Stripe's begin with whsec_ too, and are no base64.
func (stripe) key(secret string) ([]byte, error) { return rawKey(secret) }

func (stripe) claim(h headers, body []byte) (claim, error) {
	text, err := h.one("Stripe-Signature")
	if err != nil {
		return claim{}, err
	}
	c := claim{encode: hex.EncodeToString, identity: func() (string, error) { return idOf(body, "id") }}
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		switch {
		case !ok || name == "t" && c.seconds != "" || name == "v1" && len(value) != hex.EncodedLen(sha256.Size):
			return claim{}, errStripe
		case name == "t":
			c.seconds = value
		case name == "v1":
			c.signatures = append(c.signatures, value)
		}
	}
	if c.seconds == "" || len(c.signatures) == 0 {
		return claim{}, errStripe
	}
	c.prefix = c.seconds + "."
	return c, nil
}

// idOf returns a text of the JSON object that a body is.
func idOf(body []byte, name string) (string, error) {
	var object map[string]json.RawMessage
	var id string
	if json.Unmarshal(body, &object) != nil || json.Unmarshal(object[name], &id) != nil || id == "" {
		return "", errEventID
	}
	return id, nil
}
