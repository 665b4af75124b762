package corpus

import (
	"fmt"
	"net/http"
	"strings"
)

// parts are parts of a path that name nothing: not as they are, and not as somebody
// reads them who decodes them once more or once less.
func parts() []string {
	all := strings.Fields(".. . %2e%2e %2E%2E .%2e %2e. %2e ..%2f ..%2f..%2fetc%2fpasswd %2f %2f%2f %2e%2e%2f ..%5c ..%5c..%5cwindows %5c " +
		"%252e%252e %252f ..%252f %c0%ae%c0%ae %c0%af ..%c0%af " +
		"%e0%80%af %u002e %u2216 %%32%65 ..; ..;/ ..;a=b .;/ ;/ %3b %00 a%00 a%00.json %00a %0a %0d%0a %0d%0aSet-Cookie:x=1 a%0ab %09 %1b %7f %08 " +
		"a%20b %20 a+%20 %a0 %c2%a0 %e2%80%8b %e2%80%ae %ef%bb%bf %ff " +
		"%ed%a0%80 %c3 %f0%9f%98 %f0%9f%98%80 %c3%a4 a%cc%81 %ef%bc%8f %ef%bc%8e%ef%bc%8e %e2%88%95 %3f %23 %25 %2a %7c %3c%3e %22 %27 %60 %5b%5d " +
		"%7b%7d %24%7b7*7%7d %7b%7b7*7%7d * ' ( ) ! $ & ~ ~root .git " +
		".env .htaccess _ - @a :a +a ,a =a a..b ..a a%2fb a%5cb %61%2f%62 ' '%20OR%201=1 '%3b%20DROP%20TABLE%20x ;ls %7cls `id` $(id) %3cscript%3e " +
		"C:%5c %5c%5chost file:%2f%2f%2fetc a%0")
	return append(unique(all), strings.Repeat("a", 129), strings.Repeat("a", 4000), strings.Repeat("%2e", 300), strings.Repeat("../", 100), strings.Repeat("%2e%2e%2f", 50), strings.Repeat("a/", 200))
}

// routes are those with a part that the sender chooses, at %s.
func routes() []route {
	read, write := http.MethodGet, http.MethodPost
	return []route{
		{read, "/views/%s"},
		{read, "/views/order-summary/%s"},
		{read, "/views/%s/42"},
		{read, "/streams/order/%s"},
		{read, "/streams/%s/42"},
		{read, "/flows/%s"},
		{read, "/parked/%s"},
		{write, "/parked/%s/redrive"},
		{write, "/commands/%s"},
		{write, "/webhooks/%s"},
		{read, "/%s"},
	}
}

type route struct{ method, path string }

// paths has each part in each route.
func paths() Group {
	g := Group{Name: "path", About: "paths that lead elsewhere, or could be read in two ways"}
	for _, r := range routes() {
		for _, part := range parts() {
			q := request{method: r.method, target: fmt.Sprintf(r.path, part)}
			if r.method == http.MethodPost {
				q = post(q.target, `{"consumer":"path","name":"Mallory"}`)
			}
			g.lead(label(part)+"@"+fmt.Sprintf(r.path, "*"), q, 400, 404)
		}
	}
	for _, target := range []string{
		"//commands", "/commands/", "/commands//order.place", "/./commands", "/a/../commands", "/commands/../commands", "/commands;a=b",
		"/COMMANDS", "/Commands/order.place", "/commands.json", "/index.html",
		"/favicon.ico", "/robots.txt", "/.well-known/openid-configuration", "/.git/config", "/.env", "/admin", "/metrics", "/debug/pprof/",
		"/debug/vars", "/actuator/env", "/server-status", "/wp-login.php",
		"/cgi-bin/test.cgi", "/console", "/graphql", "/api", "/v1/commands", "/swagger.json", "/healthz/", "/healthz/x", "/log/", "/log/x",
		"/views", "/views/", "/streams", "/streams/", "/streams/order", "/streams/order/",
		"/flows", "/flows/", "/webhooks", "/webhooks/", "/parked/", "/parked/a/b", "/parked/a/redrive/b", "/views/order-summary/1/2",
		"/streams/order/1/2", "/flows/1/2", "/audit/", "/redecide/", "/%63ommands/", "/%2fcommands",
		"/commands%2forder.place", "/views%2forder-summary", "/" + strings.Repeat("a", 8000), "/" + strings.Repeat("/", 500),
		"/" + strings.Repeat("a/", 3000), "/views/order-summary/%zz", "/%", "/%2", "/%g0",
	} {
		g.lead("whole/"+label(target), get(target), 400, 404)
	}
	return g
}

// methods has each route with each method that it has not.
func methods() Group {
	g := Group{Name: "method", About: "methods that a path does not have, and headers that ask for another one"}
	reads := strings.Fields("/commands /events /functions /views/order-summary /views/order-summary/42 /streams/order/42 /flows/42 /log /parked " +
		"/parked/42 /retrying /paused /audit /redecide /healthz")
	writes := strings.Fields("/commands/consumer.register /webhooks/payments /parked/42/redrive /parked/redrive")
	others := append(strings.Fields("PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND PROPPATCH MKCOL COPY MOVE LOCK SEARCH PURGE LINK REPORT "+
		"DEBUG TRACK get post Get Post GETS XGET POSTT A 1 "+
		"BREW M-SEARCH $ * ' | ~ `id` GET\x27 HEADS"), strings.Repeat("A", 4000))
	const body = `{"consumer":"method","name":"Mallory"}`
	for _, method := range others {
		for _, path := range append(reads, writes...) {
			r := post(path, body)
			r.method = method
			g.refuse(label(method)+"@"+path, r, 405, 400)
		}
	}
	for _, path := range reads {
		if path != "/commands" { // which may take many at once
			g.refuse("POST@"+path, post(path, body), 405)
		}
	}
	for _, path := range writes {
		if path != "/parked/redrive" { // of one form with /parked/{id}
			g.refuse("GET@"+path, get(path), 405)
		}
		for _, h := range []string{
			"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-Method", "X-Rewrite-Method",
			"_method",
		} {
			r := post(path, body, h+": POST")
			r.method = http.MethodGet
			g.refuse(h+"@"+path, r, 404, 405)
			r.target += "?_method=POST"
			g.refuse(h+"-in-the-query@"+path, r, 400, 404, 405)
		}
	}
	for _, h := range []string{"X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-Forwarded-Uri", "X-Accel-Redirect", "X-Forwarded-Prefix"} {
		g.refuse("rewritten/"+h, post("/nowhere", body, h+": /commands/consumer.register"), 404)
	}
	return g
}
