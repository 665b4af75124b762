package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

var errSlack = errors.New("the header X-Slack-Signature is not v0=…")

// Slack returns the verifier of Slack's requests, see
// https://docs.slack.dev/authentication/verifying-requests-from-slack. The identity is
// the "event_id" in the body, which stays the same when Slack tells it again. What
// has none, a slash command for example, is never sent again; its identity is made of
// its time and its body.
func Slack(secrets ...Secret) Verifier { return newVerifier(slack{}, secrets) }

type slack struct{}

func (slack) key(secret string) ([]byte, error) { return rawKey(secret) }

func (slack) claim(h headers, body []byte) (claim, error) {
	seconds, err := h.one("X-Slack-Request-Timestamp")
	if err != nil {
		return claim{}, err
	}
	text, err := h.one("X-Slack-Signature")
	if err != nil {
		return claim{}, err
	}
	signature, ok := strings.CutPrefix(text, "v0=")
	if !ok {
		return claim{}, errSlack
	}
	return claim{
		seconds: seconds, prefix: "v0:" + seconds + ":", signatures: []string{signature}, encode: hex.EncodeToString,
		identity: func() (string, error) {
			if id, err := idOf(body, "event_id"); err == nil {
				return id, nil
			}
			return hashOf(seconds+":", body), nil
		},
	}, nil
}

// hashOf returns the identity of a request that names none.
func hashOf(prefix string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(prefix))
	h.Write(body)
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
