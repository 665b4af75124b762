package webhook_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/onevent/onevent/flow/webhook"
)

func TestSignIsWhatIsVerified(t *testing.T) {
	t.Parallel()
	known := webhook.Schemes()
	for _, s := range schemes() {
		headers, err := webhook.Sign(s.name, s.id, arrival(), []byte(s.body), s.secret)
		if !slices.Contains(known, s.name) {
			if err == nil {
				t.Errorf("%s is signed", s.name)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		for name, value := range headers {
			h.Set(name, value)
		}
		if id, err := verify(s.verifier(webhook.Text(s.secret)), h, []byte(s.body), arrival()); err != nil || id != s.id {
			t.Errorf("%s: %q, %v", s.name, id, err)
		}
		if _, err := webhook.Sign(s.name, s.id, arrival(), nil, "short"); !errors.Is(err, webhook.ErrSecrets) {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}
