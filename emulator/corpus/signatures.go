package corpus

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/webhook"
)

// A told is a webhook's request that is right.
type told struct {
	// source is the webhook, named like its scheme.
	source    string
	body      string
	header    map[string]string
	signature string // the header that holds it
	mark      string // what is before it there
}

// told returns a request of each scheme. All of them would be recorded.
func authentic() []told {
	const disputed = `{"type":"charge.disputed","payment":"forged-1","id":"evt_1","event_id":"Ev1"}`
	return []told{
		tell("payments", "standard", disputed, "Webhook-Signature", "v1,"),
		tell("till", "standard", `{"type":"ticket.ready","ticket":"forged-1"}`, "Webhook-Signature", "v1,"),
		tell("stripe", "stripe", disputed, "Stripe-Signature", "t="+unix()+",v1="),
		tell("github", "github", disputed, "X-Hub-Signature-256", "sha256="),
		tell("slack", "slack", disputed, "X-Slack-Signature", "v0="),
		tell("hmac", "hmac", disputed, "X-Signature", ""),
	}
}

func tell(source, scheme, body, signature, mark string) told {
	return told{source, body, sign(scheme, "msg_1", Now(), body, secret), signature, mark}
}

// sign returns the headers of a sender who has a secret.
func sign(scheme, id string, at time.Time, body, secret string) map[string]string {
	if scheme == "hmac" {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(body))
		return map[string]string{"X-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "X-Id": id}
	}
	signed, err := webhook.Sign(scheme, id, at, []byte(body), secret)
	if err != nil {
		return map[string]string{"X-Unsigned": err.Error()}
	}
	return signed
}

// unix returns Now as senders write it.
func unix() string { return strconv.FormatInt(Now().Unix(), 10) }

// with returns the request with another value of a header.
func (t told) with(name, value string) request {
	header := maps.Clone(t.header)
	header[name] = value
	return t.request(header, t.body)
}

func (t told) request(header map[string]string, body string) request {
	r := post("/webhooks/"+t.source, body)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		r.header = append(r.header, name+": "+header[name])
	}
	return r
}

// signatures has each character of each scheme's signature changed.
func signatures() Group {
	g := Group{Name: "signature", About: "webhooks' requests whose signature differs in one character"}
	for _, t := range authentic() {
		signed := t.header[t.signature]
		for i := len(t.mark); i < len(signed); i++ {
			at := "/" + decimal(i-len(t.mark)) + "@" + t.source
			g.refuse("other"+at, t.with(t.signature, signed[:i]+other(signed[i])+signed[i+1:]), 401)
			g.refuse("cut"+at, t.with(t.signature, signed[:i]), 401)
			if swapped := swapCase(signed[i : i+1]); swapped != signed[i:i+1] {
				g.refuse("case"+at, t.with(t.signature, signed[:i]+swapped+signed[i+1:]), 401)
			}
		}
		mac := signed[len(t.mark):]
		for name, value := range map[string]string{
			"none": "", "only-mark": t.mark, "upper": strings.ToUpper(signed), "twice": signed + mac, "more": signed + "0", "comma": signed + ",",
			"quoted": `"` + signed + `"`, "mark-upper": strings.ToUpper(t.mark) + mac,
			"no-mark": mac, "zeros": t.mark + strings.Repeat("0", len(mac)), "null": "null", "space-within": t.mark + " " + mac,
			"padded": signed + "==", "hex-prefix": t.mark + "0x" + mac, "long": t.mark + strings.Repeat("a", 8000),
			"reversed": t.mark + reversed(mac), "not-utf-8": t.mark + "\xff" + mac[1:], "unicode": t.mark + "ａ" + mac[1:],
			"url-encoded": t.mark + "%" + hexOf(mac[0]) + mac[1:], "list": "[" + signed + "]", "star": t.mark + "*",
			"many": strings.TrimSuffix(strings.Repeat(t.mark+strings.Repeat("0", len(mac))+" ", 40), " "), "other-secret": sign(schemeOf(t), "msg_1",
				Now(), t.body, otherSecret)[t.signature],
			"secret-itself": t.mark + secret, "empty-secret-guess": t.mark + "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
			"semicolon": signed + ";", "json": `{"` + t.mark + `":"` + mac + `"}`, "equals": t.mark + "=" + mac,
		} {
			if strings.TrimSpace(value) != signed { // where there is no mark
				g.refuse("form/"+name+"@"+t.source, t.with(t.signature, value), 401)
			}
		}
	}
	return g
}

func schemeOf(t told) string {
	if t.source == "payments" || t.source == "till" {
		return "standard"
	}
	return t.source
}

// other returns another character that a signature may hold.
func other(c byte) string {
	if c == '1' {
		return "2"
	}
	return "1"
}

func swapCase(text string) string {
	if upper := strings.ToUpper(text); upper != text {
		return upper
	}
	return strings.ToLower(text)
}

func reversed(text string) string {
	b := []byte(text)
	slices.Reverse(b)
	return string(b)
}

// signedBodies has each byte of what was signed changed.
func signedBodies() Group {
	g := Group{Name: "signed-body", About: "webhooks' requests whose body differs in one byte from what was signed"}
	for _, t := range authentic() {
		for i := range len(t.body) {
			at := "/" + decimal(i) + "@" + t.source
			g.refuse("flipped"+at, t.request(t.header, t.body[:i]+string(t.body[i]^1)+t.body[i+1:]), 401)
			g.refuse("removed"+at, t.request(t.header, t.body[:i]+t.body[i+1:]), 401)
		}
		for name, body := range map[string]string{
			"space-after": t.body + " ", "newline-after": t.body + "\n", "space-before": " " + t.body, "bom": "\ufeff" + t.body,
			"nul": t.body + "\x00", "twice": t.body + t.body, "spaced": strings.ReplaceAll(t.body, ":", ": "),
			"escaped": strings.ReplaceAll(t.body, "f", `\u0066`), "crlf": t.body + "\r\n", "object": `{}`, "null": `null`,
			"another": strings.ReplaceAll(t.body, "forged-1", "forged-2"), "packed": packed(t.body),
		} {
			g.refuse("form/"+name+"@"+t.source, t.request(t.header, body), 401)
		}
	}
	return g
}

// signedHeaders has what else is signed, missing, twice or changed.
func signedHeaders() Group {
	g := Group{Name: "signed-header", About: "webhooks' requests whose headers are missing, there twice, or of another request"}
	for _, t := range authentic() {
		for _, name := range slices.Sorted(maps.Keys(t.header)) {
			value := t.header[name]
			header := maps.Clone(t.header)
			delete(header, name)
			g.refuse("missing/"+name+"@"+t.source, t.request(header, t.body), 401)
			full := t.request(t.header, t.body)
			g.refuse("twice/"+name+"@"+t.source, full.with(name+": "+value), 401)
			g.refuse("twice-lower/"+name+"@"+t.source, full.with(strings.ToLower(name)+": "+value), 401)
			g.refuse("and-junk/"+name+"@"+t.source, full.with(name+": x"), 401)
			g.refuse("and-empty/"+name+"@"+t.source, full.with(name+":"), 401)
			g.refuse("underscores/"+name+"@"+t.source, t.request(header, t.body).with(strings.ReplaceAll(name, "-", "_")+": "+value), 401)
			g.refuse("prefixed/"+name+"@"+t.source, t.request(header, t.body).with("X-"+name+": "+value), 401)
			g.refuse("in-cookie/"+name+"@"+t.source, t.request(header, t.body).with("Cookie: "+name+"="+value), 401)
			g.refuse("too-long/"+name+"@"+t.source, t.with(name, value+strings.Repeat("0", 5000)), 401)
		}
		g.refuse("none@"+t.source, t.request(nil, t.body), 401)
		for _, o := range authentic() {
			if schemeOf(o) != schemeOf(t) {
				g.refuse("of-"+o.source+"@"+t.source, t.request(o.header, t.body), 401)
			}
		}
		g.refuse("other-secret@"+t.source, t.request(sign(schemeOf(t), "msg_1", Now(), t.body, otherSecret), t.body), 401)
	}
	standard := authentic()[0]
	for _, id := range []string{
		"", "msg_2", "MSG_1", "msg_1 ", "msg_1.", "msg.1", ".", "msg_1\t2", "é", "\xff", "msg_1\u200b", strings.Repeat("m", 300),
		strings.Repeat("m", 5000), "msg_1." + unix(), "msg_1,msg_2", "msg 1", "..", "%6dsg_1",
	} {
		if id != "msg_1 " { // HTTP trims it
			g.refuse("id/"+label(id), standard.with("Webhook-Id", id), 401)
		}
	}
	// an id that is signed, and still none
	for _, id := range []string{strings.Repeat("m", 256), strings.Repeat("m", 4000)} {
		g.refuse("id-signed/"+label(id), standard.request(sign("standard", id, Now(), standard.body, secret), standard.body), 401)
	}
	return g
}
