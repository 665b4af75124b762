package corpus

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"strings"
)

// contentTypes has bodies that do not say that they are JSON.
func contentTypes(targets []target) Group {
	g := Group{Name: "content-type", About: "a Content-Type that is not that of JSON"}
	types := []string{
		"text/plain", "text/json", "text/html", "text/xml", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
		"multipart/form-data; boundary=x",
		"application/octet-stream", "application/x-json", "application/json5", "application/jsonp", "application/ld+json",
		"application/problem+json", "application/cloudevents+json",
		"application/vnd.api+json", "application/json-seq", "application/x-ndjson", "application/jsonl", "application/yaml",
		"application/javascript", "application/cbor", "application",
		"json", "/", "*/*", "application/*", "application/", "/json", "application/json/x", "application json", "application/json, text/plain",
		"text/plain, application/json",
		"application/json;charset=utf-16", "application/json; charset=latin1", "application/json; charset=utf-7",
		"application/json; charset=\"utf-16\"", "application/json; charset",
		"application/json; charset=utf-8; charset=utf-16", "application/json;;=", "application/json; =x", "application/json\tx",
		"\"application/json\"", "application/json%00",
		"application/jsön", "application\\json", "applicatiоn/json", "message/http", "image/svg+xml", "video/mp4", strings.Repeat("a/", 2000),
		"application/json; " + strings.Repeat("a=b; ", 500) + "charset=x",
	}
	for _, t := range targets {
		for _, typ := range types {
			r := command(t.name, t.body)
			r.header = []string{"Content-Type: " + typ}
			g.refuse(label(typ)+"@"+t.name, r, 415)
		}
		r := command(t.name, t.body)
		r.header = nil
		g.refuse("none@"+t.name, r, 415)
		g.refuse("twice@"+t.name, command(t.name, t.body, asJSON), 415)
		g.refuse("and-another@"+t.name, command(t.name, t.body, "Content-Type: text/plain"), 415)
	}
	return g
}

// contentEncodings has bodies that are packed, well or not.
func contentEncodings(targets []target) Group {
	g := Group{Name: "content-encoding", About: "bodies that are packed, and bombs"}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(make([]byte, 10<<20))
	_ = z.Close()
	nested := packed(bomb.String())
	for _, t := range targets {
		for name := range strings.FieldsSeq("gzip x-gzip deflate br zstd compress x-compress bzip2 xz lzma snappy exi pack200-gzip aes128gcm " +
			"identity none utf-8 base64 chunked GZIP gzip,gzip gzip,br *") {
			g.refuse(name+"/plain@"+t.name, command(t.name, t.body, "Content-Encoding: "+name), 415)
			g.refuse(name+"/packed@"+t.name, command(t.name, packed(t.body), "Content-Encoding: "+name), 415)
		}
		g.refuse("bomb@"+t.name, command(t.name, bomb.String(), "Content-Encoding: gzip"), 415)
		g.refuse("bomb-in-bomb@"+t.name, command(t.name, nested, "Content-Encoding: gzip, gzip"), 415)
		g.refuse("bomb-unnamed@"+t.name, command(t.name, bomb.String()), 400)
		g.refuse("zlib-unnamed@"+t.name, command(t.name, deflated(t.body)), 400)
		g.refuse("gzip-unnamed@"+t.name, command(t.name, packed(t.body)), 400)
	}
	return g
}

func packed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

func deflated(text string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// idempotencyKeys has commands that are right, with a key that is not.
func idempotencyKeys(targets []target) Group {
	g := Group{Name: "idempotency-key", About: "commands that are right, under a key that is not printable ASCII, or too long"}
	for _, t := range targets {
		for _, key := range notASCII() {
			g.refuse(label(key)+"@"+t.name, command(t.name, t.body, "Idempotency-Key: "+key), 400)
		}
		g.refuse("too-long@"+t.name, command(t.name, t.body, "Idempotency-Key: "+strings.Repeat("k", 256)), 400)
		g.refuse("much-too-long@"+t.name, command(t.name, t.body, "Idempotency-Key: "+strings.Repeat("k", 8000)), 400)
		g.refuse("twice@"+t.name, command(t.name, t.body, "Idempotency-Key: a", "Idempotency-Key: b"), 400)
		g.refuse("twice-the-same@"+t.name, command(t.name, t.body, "Idempotency-Key: a", "idempotency-key: a"), 400)
	}
	return g
}

// notASCII are values of headers that HTTP lets through.
func notASCII() []string {
	return []string{
		"", " ", "ä", "a\u0301", "田中", "😀", "a\xff", "\x80", "\xc0\xaf", "a\tb", "\u00a0x", "a\u200bb", "\u202ea", "\ufeffa",
		"a\u0085b", "ａ", "a\u2028b", "\xe2\x82", "a\u00adb", "é",
	}
}

// actors has commands that are right, of somebody whose name is not.
func actors(targets []target) Group {
	g := Group{Name: "actor", About: "commands that are right, of an actor whose name is not visible, or too long"}
	for _, t := range targets {
		for _, name := range []string{
			"", " ", "\xff", "a\xffb", "\x80", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "a\tb", "a\u00a0b", "a\u00adb", "a\u200bb", "\u202ea", "\u2066a",
			"\ufeffa", "a\u0085b", "a\u2028b",
			"\ue000", "\U000e0001", "\ufffe", strings.Repeat("n", 129), strings.Repeat("ä", 65), strings.Repeat("n", 8000),
		} {
			g.refuse(label(name)+"@"+t.name, command(t.name, t.body, "Onevent-Actor: "+name), 400)
		}
		g.refuse("twice@"+t.name, command(t.name, t.body, "Onevent-Actor: ann", "Onevent-Actor: root"), 400)
	}
	return g
}
