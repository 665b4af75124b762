package corpus

import "strings"

// malformed has what is no HTTP/1 request.
func malformed() Group {
	g := Group{Name: "malformed", About: "bytes that are no request"}
	for name, text := range noRequests() {
		g.raw(name, text, Malformed)
	}
	for _, version := range []string{
		"HTTP/2.0", "HTTP/3.0", "HTTP/9.9", "HTTP/1.10", "HTTP/11", "HTTP/1", "HTTP/", "http/1.1", "HTTP/1.1.1",
		"HTTP/-1.1", "HTTP/1.x", "HTTPS/1.1", "HTTP 1.1", "FTP/1.1", "HTTP/01.1", "HTTP/1.1 x", "HTTP/0.0", "HTTP/0.9",
	} {
		g.raw("version/"+version, "GET /nowhere "+version+"\r\nHost: localhost\r\n\r\n", Unsupported, 400, 505)
	}
	return g
}

// noRequests are bytes that are no request.
func noRequests() map[string]string {
	return map[string]string{
		"nothing": "", "newline": "\r\n", "newlines": strings.Repeat("\r\n", 1000), "nul": "\x00",
		"random": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "tls-2": "\x80\x2e\x01\x00\x02", "socks": "\x05\x01\x00", "ssh": "SSH-2.0-x\r\n",
		"smtp":  "EHLO x\r\n",
		"redis": "*1\r\n$4\r\nPING\r\n", "proxy": "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n", "http2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"http2-settings": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", "text": "hello", "json": "{}\r\n\r\n",
		"method-only": "GET\r\n\r\n", "no-version": "GET /commands\r\n\r\n", "no-target": "GET  HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"no-method": " /commands HTTP/1.1\r\nHost: localhost\r\n\r\n", "spaces": "GET  /commands  HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"tab": "GET\t/commands\tHTTP/1.1\r\nHost: localhost\r\n\r\n", "space-in-target": "GET /comm ands HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"relative": "GET commands HTTP/1.1\r\nHost: localhost\r\n\r\n", "nul-in-target": "GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"escape-in-target": "GET /\x1b[2J HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"delete-in-target": "GET /\x7f HTTP/1.1\r\nHost: localhost\r\n\r\n", "star": "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"authority":       "GET localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"connect":         "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"method-brackets": "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n", "method-nul": "G\x00T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"method-quotes": "\"GET\" / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"method-bytes":  "G\xffT / HTTP/1.1\r\nHost: localhost\r\n\r\n", "method-unicode": "ＧＥＴ / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"no-host": "GET /commands HTTP/1.1\r\n\r\n", "two-hosts": "GET /commands HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
		"two-hosts-differ": "GET /commands HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
		"host-space":       "GET /commands HTTP/1.1\r\nHost: local host\r\n\r\n", "host-path": "GET /commands HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
		"host-nul":             "GET /commands HTTP/1.1\r\nHost: localhost\x00\r\n\r\n",
		"host-user":            "GET /commands HTTP/1.1\r\nHost: a@localhost\r\nX\r\n\r\n",
		"absolute-other":       "GET http://evil.example/commands HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"absolute-file":        "GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"absolute-proxy":       "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n",
		"absolute-user":        "GET http://localhost@evil.example/commands HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"header-no-colon":      "GET /commands HTTP/1.1\r\nHost: localhost\r\nx\r\n\r\n",
		"header-space":         "GET /commands HTTP/1.1\r\nHost: localhost\r\nA B: c\r\n\r\n",
		"header-nul":           "GET /commands HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
		"header-escape":        "GET /commands HTTP/1.1\r\nHost: localhost\r\nX: \x1b[2J\r\n\r\n",
		"header-delete":        "GET /commands HTTP/1.1\r\nHost: localhost\r\nX: \x7f\r\n\r\n",
		"header-return":        "GET /commands HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
		"header-first-folded":  "GET /commands HTTP/1.1\r\n Host: localhost\r\n\r\n",
		"header-name-bytes":    "GET /commands HTTP/1.1\r\nHost: localhost\r\n\xc3\xa4: b\r\n\r\n",
		"header-name-brackets": "GET /commands HTTP/1.1\r\nHost: localhost\r\n(a): b\r\n\r\n",
		"header-colon-first":   "GET /commands HTTP/1.1\r\nHost: localhost\r\n: b\r\n\r\n", "cut-in-line": "GET /comm",
		"cut-in-header": "GET /commands HTTP/1.1\r\nHost: local", "cut-before-end": "GET /commands HTTP/1.1\r\nHost: localhost\r\n",
		"body-cut":         opening("/commands/order.cancel") + "Content-Length: 100\r\n\r\n{\"order\":",
		"body-none":        opening("/commands/order.cancel") + "Content-Length: 100\r\n\r\n",
		"body-cut-webhook": opening("/webhooks/payments") + "Content-Length: 100\r\n\r\n{",
		"pipelined-junk":   string(get("/nowhere").bytes()) + "\x00\x00\x00\x00\r\n\r\n", "expect-unknown-body": "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
	}
}
