package access_test

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/access/issuer"
)

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// hs256 signs with a secret that anybody knows.
func hs256(header, payload string, secret []byte) string {
	signed := b64(header) + "." + b64(payload)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// A badToken is a header Authorization that must not get anybody in.
type badToken struct {
	name    string
	headers []string
	status  int
	reason  string // part of it
}

func bearer(token string) []string { return []string{"Bearer " + token} }

func badTokens(r *rig) []badToken {
	good := r.token()
	parts := strings.Split(good, ".")
	own, now := r.issuer.Key(), r.now()
	header := func(members ...any) map[string]any {
		h := map[string]any{"alg": own.Algorithm, "kid": own.ID, "typ": "JWT"}
		for i := 0; i < len(members); i += 2 {
			h[members[i].(string)] = members[i+1]
		}
		return h
	}
	payload := string(asJSON(r.T, r.good("iss", r.issuer.URL, "exp", now.Add(time.Hour).Unix())))
	signed := func(header, payload string) string {
		token, err := own.Sign([]byte(header), []byte(payload))
		if err != nil {
			r.Fatal(err)
		}
		return token
	}
	plain := string(asJSON(r.T, header()))
	all := []badToken{
		{"none", nil, 401, "needs a token"},
		{"empty header", []string{""}, 401, "another scheme"},
		{"basic", []string{"Basic YTpi"}, 401, "another scheme"},
		{"token alone", []string{good}, 401, "another scheme"},
		{"scheme with a prefix", []string{"XBearer " + good}, 401, "another scheme"},
		{"scheme with a tab", []string{"Bearer\t" + good}, 401, "another scheme"},
		{"two headers", []string{"Bearer " + good, "Bearer " + good}, 400, "twice"},
		{"good and basic", []string{"Bearer " + good, "Basic YTpi"}, 400, "twice"},
		{"scheme alone", []string{"Bearer"}, 401, "no signed JWT"},
		{"scheme and a space", []string{"Bearer "}, 401, "no signed JWT"},
		{"two spaces", []string{"Bearer  " + good}, 401, "base64url"},
		{"a space after", []string{"Bearer " + good + " "}, 401, "signature"},
		{"a comma and another", []string{"Bearer " + good + ", Bearer x"}, 401, "signature"},
		{"quoted", []string{`Bearer "` + good + `"`}, 401, "base64url"},
		{"huge", bearer(strings.Repeat("a", 8193)), 401, "longer than 8192"},
		{"huge and signed", bearer(r.token("pad", strings.Repeat("x", 8192))), 401, "longer than 8192"},
		{"opaque", bearer("2YotnFZFEjr1zCsicMWpAA"), 401, "no signed JWT"},
		{"two parts", bearer(parts[0] + "." + parts[1]), 401, "no signed JWT"},
		{"four parts", bearer(good + ".x"), 401, "no signed JWT"},
		{"five parts, encrypted", bearer(good + ".x.y"), 401, "no signed JWT"},
		{"dots", bearer(".."), 401, "JSON object"},
		{"no signature", bearer(parts[0] + "." + parts[1] + "."), 401, "signature is missing"},
		{"no header", bearer("." + parts[1] + "." + parts[2]), 401, "JSON object"},
		{"no payload", bearer(parts[0] + ".." + parts[2]), 401, "JSON object"},
		{"padded", bearer(good + "="), 401, "signature"},
		{"line break in the signature", bearer(good[:len(good)-3] + "\n" + good[len(good)-3:]), 401, "signature"},
		{"signature of another token", bearer(parts[0] + "." + parts[1] + "." + strings.Split(r.token("sub", "bob"), ".")[2]), 401, "signature is wrong"},
		{"payload of another token", bearer(parts[0] + "." + strings.Split(r.token("sub", "bob"), ".")[1] + "." + parts[2]), 401, "signature is wrong"},
		{"signature cut by a byte", bearer(parts[0] + "." + parts[1] + "." + b64("x")), 401, "signature is wrong"},

		{"alg none, no signature", bearer(b64(`{"alg":"none"}`) + "." + b64(payload) + "."), 401, "algorithm"},
		{"alg None", bearer(b64(`{"alg":"None"}`) + "." + b64(payload) + ".AA"), 401, "algorithm"},
		{"alg nOnE and signature", bearer(b64(`{"alg":"nOnE"}`) + "." + b64(payload) + "." + parts[2]), 401, "algorithm"},
		{"alg empty", bearer(r.forge(own, header("alg", ""))), 401, "algorithm"},
		{"alg missing", bearer(signed(`{"kid":"`+own.ID+`"}`, payload)), 401, "algorithm"},
		{"alg null", bearer(r.forge(own, header("alg", nil))), 401, "wrong type"},
		{"alg number", bearer(r.forge(own, header("alg", 256))), 401, "wrong type"},
		{"alg list", bearer(r.forge(own, header("alg", []string{own.Algorithm}))), 401, "wrong type"},
		{"alg lower case", bearer(r.forge(own, header("alg", strings.ToLower(own.Algorithm)))), 401, "algorithm"},
		{"alg of another family", bearer(r.forge(own, header("alg", otherFamily(own.Algorithm)))), 401, "not one of its issuer's"},
		{"alg twice", bearer(signed(`{"alg":"`+own.Algorithm+`","alg":"none","kid":"`+own.ID+`"}`, payload)), 401, "twice"},
		{"alg in capitals only", bearer(signed(`{"ALG":"`+own.Algorithm+`","kid":"`+own.ID+`"}`, payload)), 401, "algorithm"},
		{"HS256, empty secret", bearer(hs256(`{"alg":"HS256","kid":"`+own.ID+`"}`, payload, nil)), 401, "algorithm"},
		{"HS256, the key id", bearer(hs256(`{"alg":"HS256","kid":"`+own.ID+`"}`, payload, []byte(own.ID))), 401, "algorithm"},

		{"kid unknown", bearer(r.forge(own, header("kid", "another"))), 401, "not one of its issuer's"},
		{"kid empty", bearer(r.forge(own, header("kid", ""))), 0, ""},
		{"kid number", bearer(r.forge(own, header("kid", 1))), 401, "wrong type"},
		{"kid with a path", bearer(r.forge(own, header("kid", "../../etc/passwd"))), 401, "not one of its issuer's"},
		{"kid with SQL", bearer(r.forge(own, header("kid", "' OR 1=1 --"))), 401, "not one of its issuer's"},
		{"kid in another case", bearer(r.forge(own, header("kid", strings.ToLower(own.ID)))), 401, "not one of its issuer's"},
		{"typ of a logout", bearer(r.forge(own, header("typ", "logout+jwt"))), 401, "another type"},
		{"typ of a proof", bearer(r.forge(own, header("typ", "dpop+jwt"))), 401, "another type"},
		{"typ null", bearer(r.forge(own, header("typ", nil))), 401, "wrong type"},
		{"crit", bearer(r.forge(own, header("crit", []string{"exp"}))), 401, "demands"},
		{"crit empty", bearer(r.forge(own, header("crit", []string{}))), 401, "demands"},
		{"unencoded payload", bearer(r.forge(own, header("b64", false, "crit", []string{"b64"}))), 401, "demands"},

		{"iss another", bearer(r.forge(own, header(), "iss", "https://accounts.example")), 401, "not known here"},
		{"iss with a slash", bearer(r.token("iss", r.issuer.URL+"/")), 401, "not known here"},
		{"iss in capitals", bearer(r.token("iss", strings.ToUpper(r.issuer.URL))), 401, "not known here"},
		{"iss missing", bearer(r.token("iss", nil)), 401, "not known here"},
		{"iss list", bearer(r.token("iss", []string{r.issuer.URL})), 401, "as its iss"},
		{"iss twice", bearer(signed(plain, `{"iss":"`+r.issuer.URL+`","iss":"`+r.issuer.URL+`"}`)), 401, "twice"},
		{"aud another", bearer(r.token("aud", "https://other.example")), 401, "another audience"},
		{"aud missing", bearer(r.token("aud", nil)), 401, "another audience"},
		{"aud empty", bearer(r.token("aud", "")), 401, "another audience"},
		{"aud no one", bearer(r.token("aud", []string{})), 401, "another audience"},
		{"aud others", bearer(r.token("aud", []string{"a", "b", audience + "/"})), 401, "another audience"},
		{"aud begins right", bearer(r.token("aud", audience+".evil")), 401, "another audience"},
		{"aud in capitals", bearer(r.token("aud", strings.ToUpper(audience))), 401, "another audience"},
		{"aud number", bearer(r.token("aud", 7)), 401, "as its aud"},
		{"aud list with a number", bearer(r.token("aud", []any{audience, 7})), 401, "as its aud"},
		{"aud object", bearer(r.token("aud", map[string]any{audience: true})), 401, "as its aud"},
		{"aud twice", bearer(signed(plain, strings.Replace(payload, "{", `{"aud":"x",`, 1))), 401, "twice"},

		{"exp a minute ago", bearer(r.token("exp", now.Add(-time.Minute).Unix())), 401, "expired"},
		{"exp a year ago", bearer(r.token("exp", now.AddDate(-1, 0, 0).Unix())), 401, "expired"},
		{"exp missing", bearer(r.token("exp", nil)), 401, "no exp"},
		{"exp text", bearer(r.token("exp", "1900000000")), 401, "as its exp"},
		{"nbf null", bearer(signed(plain, strings.Replace(payload, "{", `{"nbf":null,`, 1))), 401, "as its nbf"},
		{"exp zero", bearer(r.token("exp", 0)), 401, "expired"},
		{"exp negative", bearer(r.token("exp", -1)), 401, "as its exp"},
		{"exp huge", bearer(r.token("exp", 1e300)), 401, "as its exp"},
		{"exp in milliseconds", bearer(r.token("exp", now.UnixMilli())), 401, "as its exp"},
		{"exp object", bearer(r.token("exp", map[string]any{})), 401, "as its exp"},
		{"nbf in 61 seconds", bearer(r.token("nbf", now.Add(61*time.Second).Unix())), 401, "not good yet"},
		{"nbf text", bearer(r.token("nbf", "tomorrow")), 401, "as its nbf"},
		{"iat in 61 seconds", bearer(r.token("iat", now.Add(61*time.Second).Unix())), 401, "future"},
		{"iat true", bearer(r.token("iat", true)), 401, "as its iat"},

		{"sub missing", bearer(r.token("sub", nil)), 401, "no sub"},
		{"sub empty", bearer(r.token("sub", "")), 401, "no sub"},
		{"sub number", bearer(r.token("sub", 7)), 401, "as its sub"},
		{"sub long", bearer(r.token("sub", strings.Repeat("a", 129))), 401, "128 bytes"},
		{"sub with a line break", bearer(r.token("sub", "ann\nbob")), 401, "128 bytes"},
		{"sub with an escape", bearer(r.token("sub", "ann\x1b[2J")), 401, "128 bytes"},
		{"sub that turns text round", bearer(r.token("sub", "ann\u202e")), 401, "128 bytes"},
		{"sub with spaces around", bearer(r.token("sub", " ann ")), 401, "128 bytes"},
		{"roles number", bearer(r.token("roles", 7)), 401, "neither texts nor a text"},
		{"roles object", bearer(r.token("roles", map[string]any{"consumer": true})), 401, "neither texts nor a text"},
		{"roles with a number", bearer(r.token("roles", []any{"consumer", 7})), 401, "neither texts nor a text"},
		{"roles with null", bearer(r.token("roles", []any{nil})), 401, "neither texts nor a text"},
		{"roles 101", bearer(r.token("roles", make([]string, 101))), 401, "100 roles"},
		{"roles missing", bearer(r.token("roles", nil)), 403, "command order.place"},
		{"roles empty", bearer(r.token("roles", []string{})), 403, "command order.place"},
		{"roles an empty text", bearer(r.token("roles", "")), 403, "command order.place"},
		{"roles others", bearer(r.token("roles", []string{"courier"})), 403, "command order.place"},
		{"roles in capitals", bearer(r.token("roles", []string{"CONSUMER"})), 403, "command order.place"},
		{"roles with a space", bearer(r.token("roles", []string{"consumer courier"})), 403, "command order.place"},
		{"roles a star", bearer(r.token("roles", []string{"*"})), 403, "command order.place"},
		{"roles under another name", bearer(r.token("roles", nil, "role", "consumer", "Roles", []string{"consumer"})), 403, "command order.place"},

		{"payload a list", bearer(signed(plain, `["x"]`)), 401, "JSON object"},
		{"payload a text", bearer(signed(plain, `"x"`)), 401, "JSON object"},
		{"payload cut off", bearer(signed(plain, payload[:len(payload)-1])), 401, "JSON object"},
		{"payload and more", bearer(signed(plain, payload+"{}")), 401, "JSON object"},
		{"payload not UTF-8", bearer(signed(plain, "{\"iss\":\"\xff\"}")), 401, "JSON object"},
		{"header a list", bearer(signed(`[]`, payload)), 401, "JSON object"},
	}
	return append(all, foreign(r, header, payload)...)
}

func otherFamily(algorithm string) string {
	if algorithm[0] == 'E' {
		return "RS256"
	}
	return "ES256"
}

// foreign are tokens that are signed with a key that is not the issuer's, and bring
// it along in all ways there are.
func foreign(r *rig, header func(...any) map[string]any, payload string) []badToken {
	thief, err := issuer.NewKey(r.issuer.Key().ID, r.issuer.Key().Algorithm)
	if err != nil {
		r.Fatal(err)
	}
	bad := []badToken{
		{"foreign key", bearer(r.forge(thief, header())), 401, "signature is wrong"},
		{"foreign key in jwk", bearer(r.forge(thief, header("jwk", thief.JWK()))), 401, "signature is wrong"},
		{"foreign key in jwk, without kid", bearer(r.forge(thief, map[string]any{"alg": thief.Algorithm, "jwk": thief.JWK()})), 401, "signature is wrong"},
		{"foreign key at jku", bearer(r.forge(thief, header("jku", "https://evil.example/keys"))), 401, "signature is wrong"},
		{"foreign key at x5u", bearer(r.forge(thief, header("x5u", "https://evil.example/cert"))), 401, "signature is wrong"},
		{"foreign key in x5c", bearer(r.forge(thief, header("x5c", []string{"MIIB"}))), 401, "signature is wrong"},
	}
	public, ok := r.issuer.Key().Public().(*rsa.PublicKey)
	if !ok {
		return bad
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		r.Fatal(err)
	}
	confused := `{"alg":"HS256","kid":"` + thief.ID + `"}`
	return append(bad,
		badToken{"HS256 with the public key as PEM", bearer(hs256(confused, payload, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))), 401, "algorithm"},
		badToken{"HS256 with the public key as DER", bearer(hs256(confused, payload, der)), 401, "algorithm"},
		badToken{"HS256 with the modulus", bearer(hs256(confused, payload, public.N.Bytes())), 401, "algorithm"},
	)
}

func TestBadTokensLetNobodyIn(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"RS256", "ES256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, algorithm)
			r.ask(place, "Bearer "+r.token()) // the keys are there
			all := badTokens(r)
			if len(all) < 100 {
				t.Errorf("only %d tokens", len(all))
			}
			for _, bad := range all {
				who, denied := r.ask(place, bad.headers...)
				switch {
				case bad.status == 0 && (denied != nil || who.Subject != "ann"):
					t.Errorf("%s: %v, want to be let in", bad.name, denied)
				case bad.status != 0 && (denied == nil || denied.Status != bad.status || !strings.Contains(denied.Reason, bad.reason)):
					t.Errorf("%s: %+v, %v, want %d: … %s …", bad.name, who, denied, bad.status, bad.reason)
				}
				if denied != nil {
					checkChallenge(t, bad.name, denied)
				}
			}
		})
	}
}

// checkChallenge holds answers to RFC 6750, section 3.
func checkChallenge(t *testing.T, name string, denied interface{ Challenge() string }) {
	t.Helper()
	challenge := denied.Challenge()
	for _, c := range challenge {
		if c < ' ' || c > '~' || c == '\\' {
			t.Errorf("%s: %q has a character that a header must not have", name, challenge)
		}
	}
	if challenge != "" && challenge != "Bearer" && strings.Count(challenge, `"`) != 4 {
		t.Errorf("%s: %s is no challenge", name, challenge)
	}
}

func TestEachByteOfATokenCounts(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, algorithm)
			good := r.token()
			if _, denied := r.ask(place, "Bearer "+good); denied != nil {
				t.Fatal(denied)
			}
			signature, err := base64.RawURLEncoding.DecodeString(good[strings.LastIndex(good, ".")+1:])
			if err != nil {
				t.Fatal(err)
			}
			head := good[:strings.LastIndex(good, ".")+1]
			for i := range signature {
				for _, bit := range []byte{1, 128} {
					signature[i] ^= bit
					if _, denied := r.ask(place, "Bearer "+head+base64.RawURLEncoding.EncodeToString(signature)); denied == nil || denied.Status != http.StatusUnauthorized {
						t.Fatalf("byte %d of the signature changed by %d: %v", i, bit, denied)
					}
					signature[i] ^= bit
				}
			}
			for i := range good {
				changed := []byte(good)
				if changed[i]++; changed[i] == '=' {
					changed[i]++
				}
				if _, denied := r.ask(place, "Bearer "+string(changed)); denied == nil || denied.Status != http.StatusUnauthorized {
					t.Fatalf("character %d changed from %c to %c: %v", i, good[i], changed[i], denied)
				}
				if _, denied := r.ask(place, "Bearer "+good[:i]); denied == nil || denied.Status != http.StatusUnauthorized {
					t.Fatalf("cut off after %d characters: %v", i, denied)
				}
			}
		})
	}
}
