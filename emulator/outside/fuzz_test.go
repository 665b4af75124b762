package outside_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/onevent/onevent/emulator/outside"
)

// FuzzRequests has the payment provider asked anything: it answers, and charges
// nothing that it can't read.
func FuzzRequests(f *testing.F) {
	for _, body := range []string{`{"payment":"o1","amount":1900}`, `{"payment":"o1","amount":113}`, `{"amount":"x"}`, `{"charge":"ch_1"}`, `null`, `{"Fail":0.5,"Refuse":true}`, `{`, "\xff"} {
		for _, path := range []string{"charges", "refunds", "behaviours/roma", "behaviours/*"} {
			f.Add(path, "key", []byte(body))
		}
	}
	f.Add("charges", "", []byte(`{"payment":"o1","amount":1900}`))
	f.Fuzz(func(t *testing.T, path, key string, body []byte) {
		method := http.MethodPost
		if name, ok := strings.CutPrefix(path, "behaviours/"); ok {
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz*") != "" {
				return
			}
			method = http.MethodPut
		} else if path != "charges" && path != "refunds" {
			return
		}
		r := httptest.NewRequestWithContext(t.Context(), method, "/"+path, strings.NewReader(string(body)))
		r.Header.Set("Idempotency-Key", key)
		w := httptest.NewRecorder()
		outside.NewPayments(closed(t), outside.NewBehaviours(), outside.Teller{}).Handler().ServeHTTP(w, r)
		if w.Code == http.StatusOK && key == "" && method == http.MethodPost {
			t.Fatalf("%s without a key: %s", path, w.Body)
		}
		if w.Code >= http.StatusInternalServerError {
			t.Fatalf("%s of %q: status %d", path, body, w.Code)
		}
	})
}
