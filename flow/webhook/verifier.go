// Package webhook finds out whether what somebody outside tells is authentic, in
// the schemes that senders use: Standard, Stripe, GitHub, Slack and HMAC.
//
//	flow.Webhook("payments", webhook.Standard(webhook.Env("PAYMENTS_WEBHOOK_SECRET")), receive)
//
// All schemes are one: an HMAC-SHA-256 over a prefix and the body, compared in
// constant time, as text, so that no signature has a second spelling.
package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/onevent/onevent/flow"
)

// DefaultWindow is how far a request's time may be from ours, on both sides. It is
// what the vendors recommend.
const DefaultWindow = 5 * time.Minute

// maxSignatures is how many signatures of a request are looked at.
const maxSignatures = 16

// ErrSecrets says that a request can't be verified because a secret can't be had:
// the environment lacks it, its service does not answer, or it is none. Nothing is
// known of the request, and its sender should send it again.
var ErrSecrets = errors.New("the secrets of the webhook are not available")

var (
	errScheme    = errors.New("the verifier has no scheme")
	errTime      = errors.New("the time is not that of a request of now")
	errSignature = errors.New("no signature is one of ours")
	errBody      = fmt.Errorf("the body holds more than %d bytes", flow.MaxCommandBytes)
)

// A Verifier is a flow.Verifier of one scheme. It may be used concurrently. The zero
// Verifier, and one without a secret, refuse everything.
type Verifier struct {
	scheme  scheme
	secrets []Secret
	window  time.Duration
}

// A scheme is how a sender signs.
type scheme interface {
	// claim reads what a request says of itself.
	claim(h headers, body []byte) (claim, error)
	// key returns the key that a secret stands for.
	key(secret string) ([]byte, error)
}

// A claim is what a request says of itself. Nothing of it may be believed before
// the signature is verified.
type claim struct {
	// seconds is the time as sent, in Unix seconds; empty where the scheme has none.
	seconds string
	// prefix is signed before the body.
	prefix string
	// signatures are as sent, without their marks.
	signatures []string
	// encode writes a signature as the sender does.
	encode func(mac []byte) string
	// identity returns the sender's identity of what it tells.
	identity func() (string, error)
}

func newVerifier(s scheme, secrets []Secret) Verifier {
	return Verifier{scheme: s, secrets: secrets, window: DefaultWindow}
}

// Within returns the verifier with another window: how far a request's time may be
// from ours, on both sides. Schemes without a time have no window. A window below a
// second refuses nearly everything.
func (v Verifier) Within(window time.Duration) Verifier {
	v.window = window
	return v
}

// Check returns ErrSecrets, with the reason, unless every secret can be had or is
// not set while another is: for the start of a program.
func (v Verifier) Check(now time.Time) error {
	if v.scheme == nil {
		return errScheme
	}
	_, err := v.keys(now)
	return err
}

// Verify implements flow.Verifier. An error that wraps ErrSecrets leaves it open
// what the request is; after any other it is not authentic.
func (v Verifier) Verify(r flow.Incoming, now time.Time) (string, error) {
	if v.scheme == nil {
		return "", errScheme
	}
	if len(r.Body) > flow.MaxCommandBytes {
		return "", errBody
	}
	c, err := v.scheme.claim(r.Header, r.Body)
	if err != nil {
		return "", err
	}
	if err := c.inTime(now, v.window); err != nil {
		return "", err
	}
	keys, err := v.keys(now)
	if !c.signedBy(keys, r.Body) {
		if err != nil { // one of the others may be what it is signed with
			return "", err
		}
		return "", errSignature
	}
	return c.identity()
}

// keys returns the keys of all secrets that can be had, and ErrSecrets if one of
// the others should be: it can't be read, or there is no other.
func (v Verifier) keys(now time.Time) (keys [][]byte, err error) {
	var unset error
	for _, s := range v.secrets {
		text, readErr := s.Value(now)
		if errors.Is(readErr, errUnset) {
			unset = readErr
			continue
		}
		var key []byte
		if readErr == nil {
			key, readErr = v.scheme.key(text)
		}
		if readErr != nil {
			err = errors.Join(err, fmt.Errorf("%w: %s: %w", ErrSecrets, s.name, readErr))
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 && err == nil {
		err = fmt.Errorf("%w: there is none: %w", ErrSecrets, errors.Join(unset, errUnset))
	}
	return keys, err
}

// inTime refuses a request that was signed too long ago, or too far in the future.
func (c claim) inTime(now time.Time, window time.Duration) error {
	if c.seconds == "" {
		return nil
	}
	n, err := strconv.ParseInt(c.seconds, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != c.seconds || n < 0 || n > maxSeconds {
		return errTime
	}
	if now.Sub(time.Unix(n, 0)).Abs() > window {
		return errTime
	}
	return nil
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

// signedBy says whether one of the signatures is made with one of the keys. It
// compares all of them, so that the time it takes tells nothing.
func (c claim) signedBy(keys [][]byte, body []byte) bool {
	signed := false
	for _, key := range keys {
		want := []byte(c.encode(sum(key, c.prefix, body)))
		for _, signature := range c.signatures[:min(len(c.signatures), maxSignatures)] {
			if hmac.Equal([]byte(signature), want) {
				signed = true
			}
		}
	}
	return signed
}

// sum returns the HMAC-SHA-256 of a prefix and a body.
func sum(key []byte, prefix string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(prefix))
	mac.Write(body)
	return mac.Sum(nil)
}
