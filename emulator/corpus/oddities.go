package corpus

import "strings"

// oddities has headers that a reader may send, and that change nothing.
func oddities() Group {
	g := Group{Name: "oddity", About: "headers of readers that make no sense: no answer is 5xx, and nothing is stored"}
	for name, values := range nonsense() {
		for _, value := range values {
			for _, path := range []string{"/commands", "/views/order-summary", "/log", "/healthz", "/nowhere"} {
				g.add(name+"/"+label(value)+"@"+path, get(path, name+": "+value), Harmless)
			}
		}
	}
	for _, path := range lists() {
		r := get(path, asJSON)
		r.body = `{"limit":-1}`
		g.add("body@"+path, r, Harmless)
		r.header = []string{"Transfer-Encoding: chunked"}
		r.body = "5\r\nhello\r\n0\r\n\r\n"
		g.add("chunked-body@"+path, r, Harmless)
		r = get("http://localhost" + path)
		g.add("absolute@"+path, r, Harmless)
	}
	return g
}

// nonsense are values of headers that say nothing.
func nonsense() map[string][]string {
	return map[string][]string{
		"Accept": {
			"", "*", "/", "text/html", "image/*;q=2", "application/json;q=-1", "application/json;q=NaN", ";;;", "a/b;c=\"",
			strings.Repeat("a/b,", 2000), "\xff", "application/xml",
		},
		"Accept-Encoding": {"", "gzip;q=0", "*;q=0", "br, gzip, identity;q=0", "x", ";", strings.Repeat("gzip,", 2000)},
		"Accept-Language": {"../../etc/passwd", "%00", strings.Repeat("en,", 3000), "x-klingon"},
		"Accept-Charset":  {"utf-7", "*;q=0"},
		"Range": {
			"bytes=0-", "bytes=-1", "bytes=5-1", "bytes=0-18446744073709551616", "bytes=" + strings.Repeat("0-,", 2000),
			"bytes=a-b", "lines=1-2", "", "bytes=0-0,-1",
		},
		"If-Range":            {"\"x\"", "x", "Tue, 01 Jan 2030 00:00:00 GMT"},
		"If-None-Match":       {"x", "\"", "\"x\"", "W/", "W/\"x", "\"a\",\"b\"", strings.Repeat("\"a\",", 2000), "\xff", "''", ""},
		"If-Match":            {"\"x\"", "*"},
		"If-Modified-Since":   {"x", "Tue, 01 Jan 9999 00:00:00 GMT", "0", "-1", "Thu, 01 Jan 1970 00:00:00 GMT"},
		"If-Unmodified-Since": {"x", "Thu, 01 Jan 1970 00:00:00 GMT"},
		"Last-Event-ID":       {"", "x", "-1", "9223372036854775808", "../..", "\xff", "1~1", strings.Repeat("9", 5000), "' OR 1=1 --", "*"},
		"Upgrade":             {"h2c", "websocket", "TLS/1.0", "x"},
		"Sec-WebSocket-Key":   {"x"},
		"Cookie":              {"a=b", "=", ";", strings.Repeat("a=b; ", 2000), "session=../../etc/passwd"},
		"Referer":             {"https://evil.example/", "javascript:alert(1)", "\xff"},
		"User-Agent": {
			"", "() { :;}; echo x", "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1/a}", strings.Repeat("a", 10_000),
			"\xff\xfe",
		},
		"X-Forwarded-For": {"127.0.0.1", "::1", "x", strings.Repeat("1.1.1.1,", 1000), "' OR 1=1"},
		"Forwarded":       {"for=127.0.0.1;proto=http", "for=\"", "x"},
		"Traceparent":     {"x", "00-00000000000000000000000000000000-0000000000000000-00", "ff-x", strings.Repeat("0", 5000), "00-zz"},
		"Tracestate":      {"=", strings.Repeat("a=b,", 2000)},
		"Baggage":         {"=", "a=%ff", strings.Repeat("a=b,", 2000)},
		"Max-Forwards":    {"0", "-1", "x"},
		"Cache-Control":   {"no-store", "max-age=-1", "only-if-cached"},
		"Pragma":          {"x"},
		"TE":              {"trailers", "gzip", "x"},
		"Via":             {"1.1 x", strings.Repeat("1.1 x,", 1000)},
		"Connection":      {"keep-alive, Host", "Authorization", "x", "upgrade"},
		"Origin":          {"https://evil.example", "null"},
		"Proxy":           {"http://127.0.0.1:1/"},
		"Expect":          {"x", "200-ok"},
		"Date":            {"x"},
		"Content-Type":    {"x", "application/xml"},
		"Ce-Id":           {"x", "\xff"},
		"Ce-Type":         {"order.created"},
		"Idempotency-Key": {"\xff", ""},
	}
}
