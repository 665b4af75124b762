package webhook

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// Schemes returns the names of the schemes that Sign knows.
func Schemes() []string { return []string{"standard", "stripe", "github", "slack"} }

// Sign returns the headers with which a sender in a scheme would send a body: for
// senders in tests, and for what is replayed. The id is left out where the scheme has
// it in the body.
func Sign(scheme, id string, at time.Time, body []byte, secret string) (map[string]string, error) {
	if scheme == "standard" {
		return SignStandard(id, at, body, secret)
	}
	key, err := rawKey(secret)
	if err != nil {
		return nil, fmt.Errorf("%w: the secret %w", ErrSecrets, err)
	}
	seconds := strconv.FormatInt(at.Unix(), 10)
	switch scheme {
	case "stripe":
		return map[string]string{"Stripe-Signature": "t=" + seconds + ",v1=" + hex.EncodeToString(sum(key, seconds+".", body))}, nil
	case "github":
		return map[string]string{
			"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(sum(key, "", body)), "X-Github-Delivery": id,
		}, nil
	case "slack":
		return map[string]string{
			"X-Slack-Request-Timestamp": seconds,
			"X-Slack-Signature":         "v0=" + hex.EncodeToString(sum(key, "v0:"+seconds+":", body)),
		}, nil
	}
	return nil, fmt.Errorf("there is no scheme %q", scheme)
}
