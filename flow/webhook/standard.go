package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks, in the canonical form of net/http.
const (
	IDHeader        = "Webhook-Id"
	TimeHeader      = "Webhook-Timestamp"
	SignatureHeader = "Webhook-Signature"
)

const (
	standardSecret = "whsec_"
	standardMark   = "v1,"
	minKey, maxKey = 24, 64
)

var (
	errKey         = fmt.Errorf("is not whsec_ and the base64 of %d to %d bytes", minKey, maxKey)
	errStandardID  = errors.New("the header " + IDHeader + " holds a full stop, or a character that is not printable ASCII")
	errNoSignature = errors.New("there is no signature of a version that we know")
)

// Standard returns the verifier of Standard Webhooks, see
// https://www.standardwebhooks.com. Secrets are "whsec_" and the base64 of 24 to 64
// bytes. Signatures of versions other than v1 are passed over.
func Standard(secrets ...Secret) Verifier { return newVerifier(standard{}, secrets) }

// SignStandard returns the headers that sign a body with secrets, with all of them
// while they rotate, as Standard verifies them. An id holds no full stop.
func SignStandard(id string, at time.Time, body []byte, secrets ...string) (map[string]string, error) {
	if !isStandardID(id) {
		return nil, errStandardID
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrSecrets)
	}
	seconds := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		key, err := standard{}.key(secret)
		if err != nil {
			return nil, fmt.Errorf("%w: secret %d %w", ErrSecrets, i, err)
		}
		signatures[i] = standardMark + encodeBase64(sum(key, id+"."+seconds+".", body))
	}
	return map[string]string{IDHeader: id, TimeHeader: seconds, SignatureHeader: strings.Join(signatures, " ")}, nil
}

// StandardSecret returns a key of 24 to 64 bytes as the secret of Standard.
func StandardSecret(key []byte) string { return standardSecret + encodeBase64(key) }

func encodeBase64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

type standard struct{}

func (standard) key(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, standardSecret)
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < minKey || len(key) > maxKey {
		return nil, errKey
	}
	return key, nil
}

func (standard) claim(h headers, _ []byte) (claim, error) {
	id, err := h.one(IDHeader)
	if err != nil {
		return claim{}, err
	}
	seconds, err := h.one(TimeHeader)
	if err != nil {
		return claim{}, err
	}
	text, err := h.one(SignatureHeader)
	if err != nil {
		return claim{}, err
	}
	if !isStandardID(id) {
		return claim{}, errStandardID
	}
	c := claim{seconds: seconds, prefix: id + "." + seconds + ".", encode: encodeBase64, identity: is(id)}
	for s := range strings.SplitSeq(text, " ") {
		if signature, ok := strings.CutPrefix(s, standardMark); ok {
			c.signatures = append(c.signatures, signature)
		} else if !strings.Contains(s, ",") {
			return claim{}, errNoSignature // a space too many, or worse
		}
	}
	if len(c.signatures) == 0 {
		return claim{}, errNoSignature
	}
	return c, nil
}

// isStandardID says whether an id can be signed: with a full stop in it, one
// signature would fit two requests.
func isStandardID(id string) bool {
	for _, b := range []byte(id) {
		if b <= 0x20 || b > 0x7e || b == '.' {
			return false
		}
	}
	return id != ""
}

// is returns an identity that is known from the headers.
func is(id string) func() (string, error) { return func() (string, error) { return id, nil } }
