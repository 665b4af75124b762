package corpus

import "strings"

// lists are paths that read, all of them right.
func lists() []string {
	return strings.Fields("/commands /events /functions /log /parked /retrying /paused /views/order-summary /views/revenue /views/account " +
		"/views/incidents")
}

// queries has parameters that are unknown or can't be read, with each list.
func queries() Group {
	g := Group{Name: "query", About: "parameters that are unknown, there twice, or can't be read"}
	for _, path := range append(lists(), "/views/order-summary/42", "/audit", "/redecide") {
		for _, q := range []string{
			"unknown=1", "a", "=", "=1", "&=", "limit=1&limit=2", "Limit=1", "LIMIT=1", "limit[]=1", "limit%00=1", "%6cimits=1", "a=b;c=d", ";",
			"%zz", "a=%", "a=%f", "%", "a=%u0041", "%00", "%ff=1", "a%0d%0ab=1",
			"__proto__=1", "constructor=1", "$where=1", "$ne=1", "filter=%7B%7D", "q=*", "query=%7B__typename%7D", "callback=alert", "jsonp=x",
			"debug=true", "_method=DELETE", "format=xml", "page=1", "offset=1",
			"cursor=abc", "token=abc", "access_token=x", "key=x", "id=1", "version=1", "at=now", "as_of=-1", "before=1", "until=9", "order[]=1",
			"where=1=1", "select=*", "expand=all", "include=../../etc/passwd",
			"sort=%3B%20DROP%20TABLE", "sort=..%2F", "sort=", "sort=nothing,nothing", "fields=..%2F", "fields=%00", "fields=,", "fields=nothing",
			strings.Repeat("a=1&", 1000), strings.Repeat("a", 8000) + "=1", "a=" + strings.Repeat("%41", 2000),
		} {
			g.refuse(label(q)+"@"+path, get(path+"?"+q), 400)
		}
	}
	for _, path := range []string{"/commands/order.cancel", "/webhooks/payments", "/parked/redrive", "/parked/42/redrive"} {
		for _, q := range []string{
			"unknown=1", "a", "%zz", "dry_run=true", "async=1", "force=1", "token=x", "order=1", "body=%7B%7D",
			"actor=root", "key=1", "now=1", "a;b",
		} {
			g.refuse(label(q)+"@"+path, post(path+"?"+q, `{"order":"42"}`), 400)
		}
	}
	return g
}

// limits has limits that are none, with each list that has one.
func limits() Group {
	g := Group{Name: "limit", About: "limits that are no number of 1 to 1000"}
	for _, path := range paged() {
		for _, n := range []string{
			"0", "-1", "-0", "1001", "1000000000", "2147483648", "4294967297", "9223372036854775808", "18446744073709551617", "1e3", "1e400", "1.0",
			"1.5", "0x10", "0b1", "0o7", "010e", "1_0", "1,0", "%2010", "10%20", "10%00",
			"%D9%A1", "%EF%BC%91", "NaN", "Infinity", "-Infinity", "null", "undefined", "true", "all", "*", "one", "'1'", "1;2", "1%7C2", "%22%22",
			"[]", "%5B1%5D", "{}", "1%2B1", "--1", "1-", "%0a1", "1/1", "$1", "%F0%9F%98%80",
			strings.Repeat("9", 1000), strings.Repeat("0", 1000), strings.Repeat("1", 7000),
		} {
			g.refuse(label(n)+"@"+path, get(path+"?limit="+n), 400)
		}
	}
	return g
}

func paged() []string {
	return strings.Fields("/log /parked /retrying /views/order-summary /views/account /streams/order/42 /flows/42")
}

// cursors has places in lists that no page has named, and filters that no field
// has.
func cursors() Group {
	g := Group{Name: "cursor", About: "cursors, times and filters that no page and no field has"}
	junk := []string{
		"..", "%2e%2e%2f", "a%2fb", "%00", "a%00", "%0a", "%ff", "%c0%af", "%f0%9f%98%80", "a%20b", "'%20OR%201=1", "%27%3B%20DROP%20TABLE%20x",
		"%24%7Bjndi:ldap:%2F%2Fx%7D", "%3Cscript%3E", "~", "~a", "%2A", "%25", "%5c",
		"eyJhIjoxfQ!!", "-a", "_", strings.Repeat("%41", 129), strings.Repeat("a", 6000) + "%21",
	}
	for _, j := range junk {
		for _, path := range []string{"/views/order-summary", "/views/account", "/parked", "/retrying"} {
			g.refuse("after/"+label(j)+"@"+path, get(path+"?after="+j), 400)
		}
		g.refuse("type/"+label(j)+"@/log", get("/log?type="+j), 400)
		if j != "a%2fb" { // which is a stream
			g.refuse("stream/"+label(j)+"@/log", get("/log?stream="+j), 400)
		}
		g.refuse("stream-key/"+label(j)+"@/log", get("/log?stream=order/"+j), 400)
	}
	for _, at := range []string{
		"-1", "-9223372036854775808", "9223372036854775808", "1e9", "1.5", "0x1", "now", "yesterday", "2030-01-01", "2030-01-01T00:00:00",
		"2030-13-01T00:00:00Z", "2030-02-30T00:00:00Z", "2030-01-01T25:00:00Z",
		"2030-01-01T00:60:00Z", "2030-01-01T00:00:61Z", "2030-01-01T00:00:00%2B99:00", "99999-01-01T00:00:00Z",
		"Tue,%2001%20Jan%202030%2000:00:00%20GMT", "%00", "NaN", "1%20", "%D9%A1", "'", "2030-W01", "T00:00:00Z", strings.Repeat("9", 1000),
	} {
		g.refuse("from/"+label(at)+"@/log", get("/log?from="+at), 400)
	}
	for _, c := range []string{
		"1", "a", "1~", "~1", "1~~..%2F", "1~a%2fb", "9223372036854775808~a", "1e3~a", "0x1~a",
		"1~" + strings.Repeat("a", 256), "1~%00", "1.5~a", "%201~a", "NaN~a",
	} {
		g.refuse("place/"+label(c)+"@/parked", get("/parked?after="+c), 400)
		g.refuse("place/"+label(c)+"@/retrying", get("/retrying?after="+c), 400)
	}
	for _, v := range []string{
		"x", "", "1x", "0x1", "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "1e400", "-", "%2B1", "true", "null",
		"%221%22", "1,2", "1_0", "%D9%A1", "%201", "1%00", "{}", "[]", "'1'", "1%3BDROP",
	} {
		g.refuse("number/"+label(v), get("/views/order-summary?total="+v), 400)
	}
	for _, v := range []string{"x", "", "1", "{}", "[]", "null", "true", "%00", "%7B%22name%22%3A%22x%22%7D"} {
		g.refuse("array/"+label(v), get("/views/order-summary?items="+v), 400)
		g.refuse("history/"+label(v), get("/views/order-summary?history="+v), 400)
	}
	for _, name := range []string{
		"Order", "ORDER", "order.x", "items.0.name", "items[0]", "order%00", "%20order", "order%20",
		"order)%20OR%201=1--", "json_extract(body,'$')", "$.order", "@order", "rowid", "body", "key", "memory", "version",
	} {
		g.refuse("field/"+label(name), get("/views/order-summary?"+name+"=1"), 400)
	}
	return g
}
