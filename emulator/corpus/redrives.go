package corpus

import "strings"

// redrives has selections of what is parked that select nothing, or too much.
func redrives() Group {
	g := Group{Name: "redrive", About: "selections of parked events that are none"}
	const path = "/parked/redrive"
	for _, f := range broken() {
		g.refuse("value/"+f.name, post(path, `{"function":`+f.text+`}`), 400)
	}
	for _, field := range []string{"function", "error", "type"} {
		for typ, value := range values() {
			if typ != "string" {
				g.refuse("type/"+typ+"@"+field, post(path, `{"`+field+`":`+value+`}`), 422)
			}
		}
		g.refuse("empty@"+field, post(path, `{"`+field+`":""}`), 422)
		g.refuse("twice@"+field, post(path, `{"`+field+`":"x","`+field+`":"x"}`), 422)
		g.refuse("upper@"+field, post(path, `{"`+strings.ToUpper(field)+`":"x"}`), 422)
		for name, bytes := range notUTF8() {
			g.refuse("encoding/"+name+"@"+field, post(path, `{"`+field+`":"a`+bytes+`"}`), 400)
		}
	}
	for rate := range strings.FieldsSeq(`0 -1 0.00001 1000001 1e7 1e308 1e400 -1e400 1e-400 "1" "" true {} [] [1] 9223372036854775808 -0 -0.0 0e9 "NaN" "Infinity" ` + strings.Repeat("9", 400)) {
		g.refuse("rate/"+label(rate), post(path, `{"rate":`+rate+`}`), 422)
	}
	for _, name := range []string{"id", "ids", "all", "force", "limit", "after", "Function", "functions", "where", "$ne", "__proto__", ""} {
		g.refuse("unknown/"+label(name), post(path, `{`+quote(name)+`:1}`), 422)
	}
	for _, whole := range []string{`null`, `true`, `1`, `"x"`, `[]`, `[{}]`, ` `, `{}{}`, `{},`, `{} x`} {
		g.refuse("whole/"+label(whole), post(path, whole), 400, 422)
	}
	for _, id := range []string{"unknown", "a", "1", "0", strings.Repeat("a", 255), "~", "a~b", "a.b"} {
		g.refuse("one/"+label(id), post("/parked/"+id+"/redrive", `{}`), 404)
	}
	return g
}

// batches has many commands at once, none of which can be executed as it is.
func batches() Group {
	g := Group{Name: "batch", About: "many commands at once, each list of them wrong"}
	const right = `{"command":"consumer.register","body":{"consumer":"batched","name":"Mallory"}}`
	for _, f := range broken() {
		g.refuse("syntax/"+f.name, post("/commands", `[`+right+`,`+f.text+`,]`))
	}
	for name, body := range map[string]string{
		"null": `null`, "true": `true`, "number": `1`, "string": `"x"`, "nothing": ` `, "nested": `[[` + right + `]]`, "numbers": `[1,2]`,
		"nulls": `[null]`, "strings": `["consumer.register"]`, "two-lists": `[][]`, "comma": `[` + right + `,]`,
		"lines": right + "\n" + right, "cut": `[` + right, "empty-objects": `[{},{}]`, "deep": strings.Repeat("[", 10_000) + strings.Repeat("]",
			10_000), "twice-member": `{"commands":[],"commands":[]}`, "upper": `{"COMMANDS":[` + right + `]}`,
		"form": "commands=1", "not-utf-8": "[\"\xff\"]", "bom": "\ufeff[" + right + "]", "graphql": `{"query":"mutation{}"}`,
		"json-rpc": `{"jsonrpc":"2.0","method":"consumer.register","params":{},"id":1}`, "unknown": `{"x":1}`,
		"many-nulls": "[" + strings.Repeat("null,", 100_000) + "null]",
	} {
		g.refuse(name, post("/commands", body))
	}
	r := post("/commands", `[`+right+`]`)
	for _, typ := range []string{"text/plain", "application/x-www-form-urlencoded", "application/x-ndjson", "multipart/form-data; boundary=x", ""} {
		r.header = []string{"Content-Type: " + typ}
		g.refuse("content-type/"+label(typ), r)
	}
	return g
}
