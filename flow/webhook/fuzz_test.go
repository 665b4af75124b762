package webhook_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/webhook"
)

// Whatever a request says: it is refused, unless it is the one that was signed.
func FuzzVerify(f *testing.F) {
	at := time.Unix(1893456000, 0)
	names := []string{
		webhook.IDHeader, webhook.TimeHeader, webhook.SignatureHeader, "Stripe-Signature", "X-Slack-Request-Timestamp",
		"X-Slack-Signature", "X-Hub-Signature-256", "X-Github-Delivery", "X-Till-Signature",
	}
	all := schemes()
	headers := make([]http.Header, len(all))
	for i, s := range all {
		headers[i] = s.sign(f, s.secret, at, []byte(s.body))
		var values []string
		for _, name := range names {
			if value := headers[i].Get(name); value != "" {
				values = append(values, value)
			}
		}
		values = append(values, "", "", "")
		f.Add(i, values[0], values[1], values[2], []byte(s.body))
	}
	f.Fuzz(func(t *testing.T, scheme int, a, b, c string, body []byte) {
		s := all[max(scheme, -scheme-1)%len(all)]
		header, values, i := http.Header{}, []string{a, b, c}, 0
		same := string(body) == s.body
		for _, name := range names {
			if headers[max(scheme, -scheme-1)%len(all)].Get(name) == "" {
				continue
			}
			header.Set(name, values[i])
			same = same && (values[i] == headers[max(scheme, -scheme-1)%len(all)].Get(name) || name == s.unsigned)
			i++
		}
		id, err := verify(s.verifier(webhook.Text(s.secret)), header, body, at)
		if err == nil && (!same || id == "") {
			t.Fatalf("%s accepted %v with %q as %q", s.name, header, body, id)
		}
	})
}
