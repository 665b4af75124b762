package corpus

import (
	"fmt"
	"strings"

	"github.com/onevent/onevent/flow"
)

// bombs has bodies that are small to send and large to read, or large and nothing
// else.
func bombs(targets []target) Group {
	g := Group{Name: "bomb", About: "bodies that are deep, long or too large"}
	for _, t := range targets {
		f := t.fields[0]
		for _, n := range []int{32, 33, 64, 1000, 10_001} {
			at := fmt.Sprintf("/%d@%s", n, t.name)
			g.refuse("deep/arrays"+at, t.with(f, strings.Repeat("[", n)+strings.Repeat("]", n)), 400, 422)
			g.refuse("deep/objects"+at, t.with(f, strings.Repeat(`{"a":`, n)+"1"+strings.Repeat("}", n)), 400, 422)
			g.refuse("deep/open-arrays"+at, t.with(f, strings.Repeat("[", n)), 400)
			g.refuse("deep/open-objects"+at, t.with(f, strings.Repeat(`{"a":`, n)), 400)
			g.refuse("deep/unknown"+at, t.beside(f, `"x":`+strings.Repeat("[", n)+strings.Repeat("]", n)+","), 400, 422)
		}
		g.refuse("deep/100000@"+t.name, t.with(f, strings.Repeat("[", 100_000)), 400)
		g.refuse("size/announced@"+t.name, command(t.name, "{", fmt.Sprintf("Content-Length: %d", flow.MaxCommandBytes+1)), 413)
		g.refuse("size/announced-most@"+t.name, command(t.name, "{", "Content-Length: 9223372036854775807"), 413)
	}
	most, _ := split(targets)
	for _, f := range most.fields {
		if f.isKey() {
			g.long(most, f)
		}
	}
	large := strings.Repeat(" ", flow.MaxCommandBytes-1)
	g.refuse("size/limit", command(most.name, large+"7"), 400, 422)
	g.refuse("size/beyond", command(most.name, large+"7 "), 413)
	g.refuse("size/chunked-beyond", command(most.name, fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(large)+2, large+"7 "), "Transfer-Encoding: chunked"), 413)
	g.refuse("size/small-chunks", command(most.name, strings.Repeat("1\r\n \r\n", 20_000)+"0\r\n\r\n", "Transfer-Encoding: chunked"), 400)
	for _, path := range []string{"/webhooks/payments", "/webhooks/till", "/parked/redrive"} {
		g.refuse("size/announced@"+path, post(path, "{", fmt.Sprintf("Content-Length: %d", flow.MaxCommandBytes+1)), 413)
	}
	for _, n := range []int{100, 200} {
		g.add(fmt.Sprintf("headers/many-%d", n), get("/nowhere", strings.Split(strings.TrimSpace(strings.Repeat("X-A: b\n", n)), "\n")...), Refused, 404)
	}
	for name, line := range map[string]string{
		"long-value": "X-A: " + strings.Repeat("a", 30_000), "long-name": "X-" + strings.Repeat("a", 30_000) + ": a",
		"many": strings.TrimSuffix(strings.Repeat("X-A: bcdefgh\r\n", 3000), "\r\n"), "endless": strings.Repeat("X: "+strings.Repeat("a",
			1000)+"\r\n", 200),
		"long-cookie": "Cookie: " + strings.Repeat("a=b;", 10_000), "long-authorization": "Authorization: Bearer " + strings.Repeat("a", 40_000),
		"long-key": "Idempotency-Key: " + strings.Repeat("k", 40_000),
	} {
		g.raw("headers/"+name, "POST /commands/consumer.register HTTP/1.1\r\nHost: localhost\r\n"+asJSON+"\r\n"+line+"\r\nContent-Length: 2\r\n\r\n{}", Malformed, 431)
	}
	g.raw("headers/long-target", "GET /"+strings.Repeat("a", 40_000)+" HTTP/1.1\r\nHost: localhost\r\n\r\n", Malformed, 431)
	return g
}

// long adds bodies in which one thing is long, or there often.
func (g *Group) long(t target, f field) {
	for name, r := range map[string]request{
		"long/string": t.with(f, quote(strings.Repeat("k", 1_000_000))), "long/escapes": t.with(f, `"`+strings.Repeat(`\u0041`, 100_000)+`"`),
		"long/number":   t.with(f, strings.Repeat("9", 500_000)),
		"long/exponent": t.with(f, "1e"+strings.Repeat("9", 100_000)), "long/name": t.beside(f, quote(strings.Repeat("n", 500_000))+":1,"),
		"long/spaces":  t.with(f, strings.Repeat(" ", 500_000)+"7"),
		"many/members": t.beside(f, members(20_000)), "many/same-members": t.beside(f, strings.Repeat(`"a":1,`, 20_000)),
		"many/elements": t.with(f, "["+strings.Repeat("1,", 100_000)+"1]"),
	} {
		g.refuse(name+"@"+t.name+"/"+f.path, r, 422)
	}
}

func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	return b.String()
}
