package access_test

import (
	"net/http"
	"strings"
	"testing"
)

// FuzzHeader puts anything into the header Authorization. Nobody gets in but who has
// the token that was handed out, and each refusal is one of RFC 6750.
func FuzzHeader(f *testing.F) {
	var r *rig
	var good string
	setUp := func(t *testing.T) { // a rig is of a test
		t.Helper()
		r = newRig(t, "EdDSA")
		good = "Bearer " + r.token()
	}
	for _, seed := range []string{
		"", "Bearer", "bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer ..", "Bearer " + b64(`{"alg":"EdDSA"}`) + "." + b64(`{}`) + ".AA",
		"Bearer " + b64(`{"alg":"none"}`) + "." + b64(`{"iss":"x","aud":["a"],"exp":1e9}`) + ".AA",
	} {
		f.Add(seed, 0, byte(0))
	}
	for i := range 20 {
		f.Add("", i*17, byte(1<<(i%8)))
	}
	f.Fuzz(func(t *testing.T, header string, at int, change byte) {
		setUp(t)
		if header == "" { // a good one, changed at one place
			changed := []byte(good)
			changed[max(at, -(at+1))%len(changed)] ^= change
			header = string(changed)
		}
		who, denied := r.ask(place, header)
		switch {
		case denied == nil:
			if !strings.EqualFold(header[:6], "Bearer") || header[6:] != good[6:] || who.Subject != "ann" {
				t.Fatalf("%q let %+v in", header, who)
			}
		case denied.Status == http.StatusUnauthorized:
			checkChallenge(t, "fuzzed", denied)
		default:
			t.Fatalf("%q: %v", header, denied)
		}
	})
}
