package corpus

import "strings"

// hosts has requests for another host, as a page sends them whose name was made to
// resolve to this machine.
func hosts() Group {
	g := Group{Name: "host", About: "a Host that is not this machine, or none"}
	names := []string{
		"example.com", "evil.example", "localhost.evil.example", "evil.localhost", "127.0.0.1.nip.io", "127.0.0.1.evil.example", "evil.example:80",
		"169.254.169.254",
		"10.0.0.1", "192.168.0.1", "0.0.0.0", "0", "8.8.8.8", "[::]", "[::2]", "[fe80::1]", "[fd00::1]", "128.0.0.1", "127.1", "0x7f.1",
		"2130706433", "0177.0.0.1", "localhost.", "LOCALHOST.",
		"localhost:80:80", "a", "-", "_", "xn--lcalhost-j2a.example", "localhost%00.evil.example", "localhost,evil.example",
		"127.0.0.1,evil.example", "evil.example;localhost",
		"[127.0.0.1].example", "metadata.google.internal", "kubernetes.default.svc", strings.Repeat("a", 255), strings.Repeat("a.",
			2000) + "example", "::2", "1.2.3.4:65536",
	}
	for _, name := range names {
		for at, r := range map[string]request{
			"read": get("/commands", "Host: "+name), "health": get("/healthz", "Host: "+name), "webhook": post("/webhooks/payments", `{}`,
				"Host: "+name),
			"command": command("consumer.register", `{"consumer":"rebound","name":"Mallory"}`, "Host: "+name),
		} {
			g.refuse(label(name)+"@"+at, r, 400, 403)
		}
	}
	for _, name := range []string{
		"localhost@evil.example", "evil.example#localhost", "localhost/evil", "local host", "localhost\\evil", "<b>",
		"localhost\"", "{}", "localhost?a", "lo\x00calhost",
	} {
		g.add("malformed/"+label(name), get("/commands", "Host: "+name), Malformed, 400, 403)
	}
	for _, header := range []string{
		"X-Forwarded-Host: localhost", "Forwarded: host=localhost", "X-Host: localhost",
		"X-Original-Host: localhost", "X-Real-IP: 127.0.0.1", "X-Forwarded-For: 127.0.0.1", "Origin: http://localhost",
	} {
		g.refuse("and/"+header, command("consumer.register", `{"consumer":"rebound","name":"Mallory"}`, "Host: evil.example", header), 403)
	}
	return g
}

// origins has what a browser sends for a page of somebody else.
func origins(targets []target) Group {
	g := Group{Name: "origin", About: "commands that a page of another origin has a browser send"}
	headers := []string{
		"Origin: https://evil.example", "Origin: null", "Origin: http://evil.example:80", "Origin: https://localhost.evil.example",
		"Origin: http://localhost:1", "Origin: file://",
		"Origin: chrome-extension://abc", "Origin: http://127.0.0.1.nip.io", "Origin: data:", "Origin: http://[::2]", "Origin: xn--a",
		"Origin: http://localhost@evil.example",
		"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: evil", "Sec-Fetch-Site: cross-site, none",
	}
	for _, t := range targets {
		for _, h := range headers {
			g.refuse(h+"@"+t.name, command(t.name, t.body, h), 403)
		}
	}
	for _, path := range []string{"/parked/redrive", "/parked/abc/redrive", "/webhooks/payments", "/commands", "/nowhere"} {
		for _, h := range headers {
			g.refuse(h+"@"+path, post(path, `{}`, h), 403)
		}
	}
	return g
}

// authorizations has credentials that are none, with commands that are refused
// whoever sends them.
func authorizations(targets []target) Group {
	g := Group{Name: "authorization", About: "credentials that are none: no command is let through for them"}
	values := []string{
		"", "Bearer", "Bearer ", "Bearer x", "Bearer .", "Bearer ..", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.",
		"Bearer eyJhbGciOiJOb05lIn0.eyJzdWIiOiJyb290In0.",
		"Bearer eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYWRtaW4ifQ.AAAA", "Bearer eyJhbGciOiJSUzI1NiIsImp3ayI6e319.e30.AAAA",
		"Bearer eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHA6Ly8xMjcuMC4wLjEvIn0.e30.AAAA",
		"Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.e30.AAAA", "bearer x", "BEARER x", "Bearer x, Bearer y", "Bearer x y",
		"Bearer \tx", "Bearer é", "Bearer \xff", "Bearer null",
		"Basic", "Basic Og==", "Basic YWRtaW46YWRtaW4=", "Basic !!!", "Digest username=\"admin\"", "Negotiate TlRMTVNTUAAB", "NTLM TlRMTVNTUAAB",
		"AWS4-HMAC-SHA256 Credential=x", "Token x", "Token token=x",
		"ApiKey x", "DPoP x", "x", "..", "' OR 1=1 --", "${jndi:ldap://127.0.0.1/a}", "Bearer " + strings.Repeat("a", 8000),
		"Bearer " + strings.Repeat("a.", 3000), "Bearer " + strings.Repeat("=", 100),
	}
	for _, t := range targets {
		for _, v := range values {
			g.refuse(label(v)+"@"+t.name, t.without(t.fields[0]).with("Authorization: "+v))
		}
		g.refuse("twice@"+t.name, t.without(t.fields[0]).with("Authorization: Bearer a", "Authorization: Bearer b"))
		g.refuse("in-the-query@"+t.name, post("/commands/"+t.name+"?access_token=x", t.body), 400, 401)
	}
	for _, h := range []string{
		"X-User: root", "X-Forwarded-User: root", "X-Goog-Authenticated-User-Email: accounts.google.com:root@example.com", "X-Remote-User: root",
		"Remote-User: root", "Cookie: session=root",
		"X-Api-Key: x", "Proxy-Authorization: Basic YTpi", "X-Amzn-Oidc-Data: e30.e30.", "Cf-Access-Jwt-Assertion: e30.e30.",
		"X-Forwarded-Access-Token: x", "X-Original-User: root",
	} {
		g.refuse("header/"+h, post("/parked/redrive", `{"function":""}`, h))
	}
	return g
}
