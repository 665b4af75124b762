package corpus

// syntax has what is no JSON in the place of each command's first field.
func syntax(targets []target) Group {
	g := Group{Name: "json", About: "what is no JSON, where a value should be"}
	for _, t := range targets {
		for _, f := range broken() {
			g.refuse(f.name+"@"+t.name, t.with(t.fields[0], f.text), 400)
		}
	}
	return g
}

// trailing has what is no JSON in the place of the whole body, before it and after it.
func trailing(targets []target) Group {
	g := Group{Name: "body", About: "what is no JSON object, as the whole body or around it"}
	whole := append(broken(), fragment{"null", `null`}, fragment{"true", `true`}, fragment{"number", `1`}, fragment{"string", `"a"`}, fragment{"array", `[]`},
		fragment{"space", " \n\t "}, fragment{"nested", `[{}]`}, fragment{"empty-object", `{}`}, fragment{"xml", `<?xml version="1.0"?><a/>`},
		fragment{"form", "order=1&consumer=2"}, fragment{"multipart", "--x\r\n\r\n1\r\n--x--"})
	place, others := split(targets)
	for _, f := range whole {
		g.refuse("whole/"+f.name+"@"+place.name, command(place.name, f.text), 400, 422)
	}
	for _, t := range append(others, place) {
		for name, text := range map[string]string{
			"twice": t.body + t.body, "comma": t.body + ",", "brace": t.body + "}", "nul": t.body + "\x00", "text": t.body + "x",
			"null":             t.body + " null",
			"newline-and-more": t.body + "\n" + t.body, "semicolon": t.body + ";", "comment": t.body + "//", "cut": t.body[:len(t.body)-1],
			"in-array": "[" + t.body + "]", "in-string": quote(t.body), "in-object": `{"body":` + t.body + `}`, "callback": "f(" + t.body + ")",
			"bom": "\ufeff" + t.body, "xssi": ")]}'," + t.body, "no-break-space": "\u00a0" + t.body, "record-separator": "\x1e" + t.body + "\n",
			"form-feed": "\f" + t.body, "equals": "body=" + t.body, "base64": "eyJvcmRlciI6IjEifQ==", "not-utf-8": t.body + "\xff",
			"crlf-chunk": "5\r\n" + t.body,
		} {
			g.refuse("around/"+name+"@"+t.name, command(t.name, text), 400, 422)
		}
	}
	return g
}

// split returns the command with the most fields, and the others.
func split(targets []target) (most target, others []target) {
	for _, t := range targets {
		if len(t.fields) > len(most.fields) {
			most = t
		}
	}
	for _, t := range targets {
		if t.name != most.name {
			others = append(others, t)
		}
	}
	return most, others
}
