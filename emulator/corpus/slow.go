package corpus

import "strings"

// Slow returns clients that do not send what they began, or so slowly that nobody
// waits for it. They are for a server of little patience.
func Slow() Group {
	g := Group{Name: "slow", About: "clients that stop, or send byte by byte, until the server has no more patience"}
	const end = "\r\n\r\n"
	head := "POST /commands/consumer.register HTTP/1.1\r\nHost: localhost\r\n" + asJSON
	body := `{"consumer":"slow","name":"Mallory"}`
	for name, text := range map[string]string{
		"nothing": "", "one-byte": "P", "method": "POST ", "half-a-line": "POST /comm", "line": "POST /commands/consumer.register HTTP/1.1\r\n",
		"half-a-header": head[:len(head)-9], "headers": head, "no-empty-line": head + "\r\n",
		"newline": "\r\n", "body-none": head + "\r\nContent-Length: 36" + end, "body-half": head + "\r\nContent-Length: 36" + end + body[:18],
		"body-last-byte": head + "\r\nContent-Length: 36" + end + body[:35],
		"expect":         head + "\r\nExpect: 100-continue\r\nContent-Length: 36" + end, "chunk-none": head + "\r\nTransfer-Encoding: chunked" + end,
		"chunk-half":   head + "\r\nTransfer-Encoding: chunked" + end + "24\r\n" + body[:9],
		"chunk-no-end": head + "\r\nTransfer-Encoding: chunked" + end + "24\r\n" + body + "\r\n",
		"chunk-size":   head + "\r\nTransfer-Encoding: chunked" + end + "2", "chunk-extension": head + "\r\nTransfer-Encoding: " +
			"chunked" + end + "24;aaaa",
		"trailer":      head + "\r\nTransfer-Encoding: chunked" + end + "24\r\n" + body + "\r\n0\r\nX-A: b",
		"webhook-body": "POST /webhooks/payments HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99" + end + "{",
		"redrive-body": "POST /parked/redrive HTTP/1.1\r\nHost: localhost\r\n" + asJSON + "\r\nContent-Length: 99" + end,
		"tls":          "\x16\x03\x01", "http2": "PRI * HTTP/2.0\r\n\r\nSM",
	} {
		g.Cases = append(g.Cases, Case{Name: g.Name + "/stops/" + name, Raw: []byte(text), Want: Dropped})
	}
	long := head + strings.Repeat("\r\nX-A: b", 100)
	for name, text := range map[string]string{
		"line": "GET /" + strings.Repeat("a", 2000), "headers": long, "body": head + "\r\nContent-Length: 4000" + end + long + long,
		"chunks":  head + "\r\nTransfer-Encoding: chunked" + end + "fff\r\n" + long + long,
		"webhook": "POST /webhooks/payments HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000" + end + long + long,
		"spaces":  "GET /commands HTTP/1.1\r\nX:" + strings.Repeat(" ", 2000),
	} {
		g.Cases = append(g.Cases, Case{Name: g.Name + "/drips/" + name, Raw: []byte(text), Want: Dropped, Drip: true})
	}
	return g
}
