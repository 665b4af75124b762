package access

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// A token is a JWT in the compact form of RFC 7515, taken apart. Nothing in it is
// proved yet.
type token struct {
	algorithm, key string // the key's id; empty if the token has none
	claims         claims
	text           string
}

// parseToken takes a token apart. It looks for nothing in the header but the
// algorithm, the key's id and the type: keys and addresses of keys that a token
// brings along prove nothing.
func parseToken(text string) (t token, err error) {
	if len(text) > MaxToken {
		return t, invalid("the token is longer than 8192 bytes")
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return t, invalid("the token is no signed JWT")
	}
	header, payload, err := objectsOf(parts)
	if err != nil {
		return t, err
	}
	if err := t.readHeader(header); err != nil {
		return t, err
	}
	if t.claims, err = claimsOf(payload); err != nil {
		return t, err
	}
	if signature, err := decode(parts[2]); err != nil || len(signature) == 0 {
		return t, invalid("the token's signature is missing or not base64url")
	}
	t.text = text
	return t, nil
}

func objectsOf(parts []string) (header, payload map[string]json.RawMessage, err error) {
	for i, into := range []*map[string]json.RawMessage{&header, &payload} {
		data, err := decode(parts[i])
		if err != nil {
			return nil, nil, invalid("the token is not base64url")
		}
		if *into, err = object(data); err != nil {
			return nil, nil, invalid("the token's header or payload is no JSON object, or says something twice")
		}
	}
	return header, payload, nil
}

func (t *token) readHeader(header map[string]json.RawMessage) error {
	var kind string
	for name, into := range map[string]*string{"alg": &t.algorithm, "kid": &t.key, "typ": &kind} {
		if value, ok := header[name]; ok && !text(value, into) {
			return invalid("the token's header has a member of the wrong type")
		}
	}
	_, critical := header["crit"]
	switch {
	case !isAlgorithm(t.algorithm):
		return invalid("the token is signed with an algorithm that is not taken")
	case critical:
		return invalid("the token's header demands what is not known here")
	case !isTokenType(kind):
		return invalid("the token is of another type than JWT or at+jwt")
	}
	return nil
}

// isTokenType takes ID tokens and access tokens (RFC 9068). Issuers sign other
// things too, which are not for us: what logs somebody out, for example.
func isTokenType(kind string) bool {
	switch strings.TrimPrefix(strings.ToLower(kind), "application/") {
	case "", "jwt", "at+jwt":
		return true
	}
	return false
}

// decode decodes base64url without padding, of which each value has one form only.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") { // which the decoder would skip
		return nil, base64.CorruptInputError(0)
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}
