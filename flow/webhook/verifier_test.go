package webhook_test

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stripe/stripe-go/v84"
	stripehook "github.com/stripe/stripe-go/v84/webhook"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/webhook"
)

const (
	standardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	standardOther  = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	plainSecret    = "8f742231b10e8888abcd99yyyzzz85a5"
	plainOther     = "8f742231b10e8888abcd99yyyzzz85a6"
)

// A signed is a scheme, and how its sender signs: by the vendor's own library
// where it can.
type signed struct {
	name          string
	verifier      func(...webhook.Secret) webhook.Verifier
	secret, other string
	// sign returns the headers; unsigned are those that the signature does not cover.
	sign     func(t testing.TB, secret string, at time.Time, body []byte) http.Header
	unsigned string
	timeless bool
	id       string
	body     string
}

func schemes() []signed {
	return []signed{
		{
			name: "standard", verifier: webhook.Standard, secret: standardSecret, other: standardOther, sign: signStandard,
			id: "msg_p5jXN8AQM9LWM0D4loKWxJek", body: `{"type":"charge.settled","data":{"payment":"42","amount":1900}}`,
		},
		{
			name: "stripe", verifier: webhook.Stripe, secret: "whsec_test_secret", other: "whsec_test_secreu", sign: signStripe,
			id: "evt_1", body: `{"id":"evt_1","object":"event","api_version":"` + stripe.APIVersion + `","data":{"amount":1900}}`,
		},
		{
			name: "slack", verifier: webhook.Slack, secret: plainSecret, other: plainOther, sign: signSlack,
			id: "Ev08MFMKH6", body: `{"type":"event_callback","event_id":"Ev08MFMKH6","event":{"type":"app_mention"}}`,
		},
		{
			name: "github", verifier: webhook.GitHub, secret: "It's a Secret to Everybody", other: "It's a Secret to Everybodz",
			sign: signGitHub, unsigned: "X-Github-Delivery", timeless: true,
			id: "72d3162e-cc78-11e3-81ab-4c9367dc0958", body: `{"action":"opened","issue":{"url":"https://api.github.com/repos/octocat/hello/issues/1347","number":1347}}`,
		},
		{
			name: "plain", secret: plainSecret, other: plainOther, timeless: true, body: `{"ticket":"42","what":"accepted","restaurant":"roma","items":["pizza","pizza","soup"]}`,
			verifier: func(s ...webhook.Secret) webhook.Verifier {
				return webhook.HMAC(webhook.Plain{Header: "X-Till-Signature", Base64: true}, s...)
			},
			sign: func(_ testing.TB, secret string, _ time.Time, body []byte) http.Header {
				return http.Header{"X-Till-Signature": {base64.StdEncoding.EncodeToString(mac(secret, body))}}
			},
			id: "", // of the body
		},
	}
}

func mac(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}

func signStandard(t testing.TB, secret string, at time.Time, body []byte) http.Header {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := w.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
	if err != nil {
		t.Fatal(err)
	}
	return http.Header{
		"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {strconv.FormatInt(at.Unix(), 10)},
		"Webhook-Signature": {signature},
	}
}

func signStripe(_ testing.TB, secret string, at time.Time, body []byte) http.Header {
	payload := stripehook.GenerateTestSignedPayload(&stripehook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at})
	return http.Header{"Stripe-Signature": {payload.Header}}
}

func signSlack(_ testing.TB, secret string, at time.Time, body []byte) http.Header {
	seconds := strconv.FormatInt(at.Unix(), 10)
	return http.Header{
		"X-Slack-Request-Timestamp": {seconds},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac(secret, append([]byte("v0:"+seconds+":"), body...)))},
	}
}

func signGitHub(_ testing.TB, secret string, _ time.Time, body []byte) http.Header {
	return http.Header{
		"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(mac(secret, body))},
		"X-Github-Delivery":   {"72d3162e-cc78-11e3-81ab-4c9367dc0958"},
	}
}

// arrival is when requests arrive: signatures are made at full seconds.
func arrival() time.Time { return time.Now().Truncate(time.Second) }

func verify(v flow.Verifier, header http.Header, body []byte, now time.Time) (string, error) {
	return v.Verify(flow.Incoming{Header: header, Body: body}, now)
}

func TestWhatTheVendorsSignIsAuthentic(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			now := arrival()
			id, err := verify(s.verifier(webhook.Text(s.secret)), s.sign(t, s.secret, now, []byte(s.body)), []byte(s.body), now)
			if want := cmp.Or(s.id, "sha256:"+sha(s.body)); err != nil || id != want {
				t.Fatalf("%q, %v, want %q", id, err, want)
			}
		})
	}
}

func sha(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// What Slack's library verifies, which signs nothing, so do we; and our own
// signatures are what the library of Standard Webhooks verifies.
func TestOurSignaturesAreTheVendors(t *testing.T) {
	t.Parallel()
	body := []byte(`{"event_id":"1"}`)
	v, err := slack.NewSecretsVerifier(signSlack(t, plainSecret, arrival(), body), plainSecret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := v.Ensure(); err != nil {
		t.Fatal(err)
	}
	headers, err := webhook.SignStandard("msg_1", time.Now(), body, standardOther, standardSecret)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	for name, value := range headers {
		h.Set(name, value)
	}
	for _, secret := range []string{standardSecret, standardOther} { // while they rotate
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(body, h); err != nil {
			t.Fatalf("%s: %v", secret, err)
		}
		if id, err := verify(webhook.Standard(webhook.Text(secret)), h, body, time.Now()); err != nil || id != "msg_1" {
			t.Fatalf("%q, %v", id, err)
		}
	}
}

// The vectors are from the vendors' documentation.
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verifier webhook.Verifier
		header   http.Header
		body     string
		at       int64
		id       string
	}{
		"standard webhooks, the libraries' tests": {
			webhook.Standard(webhook.Text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
			http.Header{
				"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"},
				"Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
			},
			`{"test": 2432232314}`, 1614265330, "msg_p5jXN8AQM9LWM0D4loKWxJek",
		},
		"github, validating webhook deliveries": {
			webhook.GitHub(webhook.Text("It's a Secret to Everybody")),
			http.Header{
				"X-Hub-Signature-256": {"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
				"X-Github-Delivery":   {"d1"},
			},
			"Hello, World!", 0, "d1",
		},
		"slack, verifying requests": {
			webhook.Slack(webhook.Text("8f742231b10e8888abcd99yyyzzz85a5")),
			http.Header{
				"X-Slack-Request-Timestamp": {"1531420618"},
				"X-Slack-Signature":         {"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
			},
			"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
			1531420618, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := verify(c.verifier, c.header, []byte(c.body), time.Unix(c.at, 0))
			if err != nil || c.id != "" && id != c.id || c.id == "" && !strings.HasPrefix(id, "sha256:") {
				t.Fatalf("%q, %v", id, err)
			}
		})
	}
}

func TestEveryMutationIsRefused(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			now := arrival()
			header := s.sign(t, s.secret, now, []byte(s.body))
			all := mutations(s, header, now)
			if len(all) < 1000 {
				t.Fatalf("only %d mutations", len(all))
			}
			t.Logf("%d mutations", len(all))
			for _, m := range all {
				id, err := verify(s.verifier(webhook.Text(m.secret)), m.header, m.body, m.now)
				if err == nil {
					t.Errorf("%s: accepted as %q", m.name, id)
				}
			}
		})
	}
}

// A signature of one source is none for another that has another secret, and
// none in another scheme.
func TestSchemesAndSecretsAreNotMixed(t *testing.T) {
	t.Parallel()
	now := arrival()
	for _, from := range schemes() {
		header := from.sign(t, from.secret, now, []byte(from.body))
		for _, to := range schemes() {
			if from.name == to.name {
				continue
			}
			all := maps.Clone(header)
			maps.Copy(all, to.sign(t, to.other, now, []byte(from.body)))
			if _, err := verify(to.verifier(webhook.Text(to.secret)), all, []byte(from.body), now); err == nil {
				t.Errorf("%s takes what is signed for %s", to.name, from.name)
			}
		}
	}
}

func TestTheWindowHasTwoSides(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		now := arrival()
		header := s.sign(t, s.secret, now, []byte(s.body))
		v := s.verifier(webhook.Text(s.secret))
		for d, want := range map[time.Duration]bool{
			300 * time.Second: true, -300 * time.Second: true, 300*time.Second + 1: s.timeless, -300*time.Second - 1: s.timeless,
		} {
			if _, err := verify(v, header, []byte(s.body), now.Add(d)); (err == nil) != want {
				t.Errorf("%s, %v later: %v", s.name, d, err)
			}
			if _, err := verify(v.Within(time.Hour), header, []byte(s.body), now.Add(d)); err != nil {
				t.Errorf("%s, %v later, within an hour: %v", s.name, d, err)
			}
		}
	}
}

func TestNoSecretRefusesAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		now := arrival()
		header := s.sign(t, s.secret, now, []byte(s.body))
		for name, secrets := range map[string][]webhook.Secret{
			"none":       nil,
			"zero":       {{}},
			"empty":      {webhook.Text("")},
			"short":      {webhook.Text("0123456789abcde")},
			"unset":      {webhook.Env("ONEVENT_TEST_NO_SUCH_SECRET")},
			"no file":    {webhook.File(t.TempDir() + "/secret")},
			"no base64":  {webhook.Text("whsec_*")},
			"a long one": {webhook.Text(strings.Repeat("x", 2000))},
		} {
			if s.name != "standard" && name == "no base64" {
				continue
			}
			v := s.verifier(secrets...)
			if _, err := verify(v, header, []byte(s.body), now); !errors.Is(err, webhook.ErrSecrets) {
				t.Errorf("%s, %s: %v", s.name, name, err)
			}
			if err := v.Check(now); !errors.Is(err, webhook.ErrSecrets) {
				t.Errorf("%s, %s: checked: %v", s.name, name, err)
			}
		}
	}
	if _, err := (webhook.Verifier{}).Verify(flow.Incoming{}, arrival()); err == nil || (webhook.Verifier{}).Check(arrival()) == nil {
		t.Error("the zero verifier verifies")
	}
}

func TestSecretsRotate(t *testing.T) {
	t.Parallel()
	for _, s := range schemes() {
		now := arrival()
		for _, secret := range []string{s.secret, s.other} {
			header := s.sign(t, secret, now, []byte(s.body))
			for name, v := range map[string]webhook.Verifier{
				"both":               s.verifier(webhook.Text(s.secret), webhook.Text(s.other)),
				"the old is not set": s.verifier(webhook.Text(secret), webhook.Env("ONEVENT_TEST_NO_SUCH_SECRET")),
			} {
				if _, err := verify(v, header, []byte(s.body), now); err != nil {
					t.Errorf("%s, %s: %v", s.name, name, err)
				}
				if err := v.Check(now); err != nil {
					t.Errorf("%s, %s: checked: %v", s.name, name, err)
				}
			}
		}
	}
}

func TestABodyTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte(" "), flow.MaxCommandBytes+1)
	header := signGitHub(t, plainSecret, arrival(), body)
	v := webhook.GitHub(webhook.Text(plainSecret))
	if _, err := verify(v, header, body, arrival()); err == nil {
		t.Fatal("accepted")
	}
	if _, err := verify(v, signGitHub(t, plainSecret, arrival(), body[1:]), body[1:], arrival()); err != nil {
		t.Fatal(err)
	}
}

func TestAnIdentityIsThere(t *testing.T) {
	t.Parallel()
	now := arrival()
	for _, body := range []string{``, `[]`, `{"id":7}`, `{"id":""}`, `{"ID":"evt_1"}`, `{"data":{"id":"x"}}`, `null`} {
		if id, err := verify(webhook.Stripe(webhook.Text(plainSecret)), signStripe(t, plainSecret, now, []byte(body)), []byte(body), now); err == nil {
			t.Errorf("%s: %q", body, id)
		}
	}
	for _, id := range []string{"", "a.b", "a b", "ä", "a\n"} {
		if _, err := webhook.SignStandard(id, now, nil, standardSecret); err == nil {
			t.Errorf("%q is signed", id)
		}
	}
	if _, err := webhook.SignStandard("a", now, nil); !errors.Is(err, webhook.ErrSecrets) {
		t.Error("signed with nothing")
	}
	if _, err := webhook.SignStandard("a", now, nil, "whsec_"); !errors.Is(err, webhook.ErrSecrets) {
		t.Error("signed with an empty secret")
	}
}
