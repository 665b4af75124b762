package corpus

import (
	"maps"
	"strings"
)

// values are one of each type that JSON has.
func values() map[string]string {
	return map[string]string{"string": `"x"`, "number": `7`, "boolean": `true`, "object": `{}`, "array": `[]`, "null": `null`}
}

// wrongTypes has each field with a value of each other type.
func wrongTypes(targets []target) Group {
	g := Group{Name: "types", About: "a field with a value of another type"}
	more := map[string]string{
		"false": `false`, "nested-array": `[["x"]]`, "array-of-null": `[null]`, "object-of-null": `{"a":null}`, "mongo": `{"$ne":null}`,
		"mongo-gt":  `{"$gt":""}`,
		"prototype": `{"__proto__":{"a":1}}`, "typed": `{"@type":"java.lang.Class"}`, "zero": `0`, "fraction": `0.5`,
	}
	for _, t := range targets {
		for _, f := range t.fields {
			others := maps.Clone(more)
			maps.Copy(others, values())
			for _, name := range rightFor(f.Type) {
				delete(others, name)
			}
			for name, value := range others {
				g.refuse(name+"@"+t.name+"/"+f.path, t.with(f, value), 400, 422)
			}
		}
	}
	return g
}

// rightFor returns which of the values are right in a field of a type.
func rightFor(typ string) []string {
	switch typ {
	case "integer":
		return []string{"number", "zero"}
	case "boolean":
		return []string{"boolean", "false"}
	}
	return []string{typ}
}

// wrongMembers has each field missing, twice, in other spellings, and beside others.
func wrongMembers(targets []target) Group {
	g := Group{Name: "members", About: "a field that is missing, there twice, misspelled or unknown"}
	for _, t := range targets {
		for _, f := range t.fields {
			if f.Name == "0" { // an element has no name
				continue
			}
			at := "@" + t.name + "/" + f.path
			if f.Required {
				g.refuse("missing"+at, t.without(f), 422)
			}
			value := values()[f.Type]
			if f.Type == "integer" {
				value = `1`
			}
			for name, member := range map[string]string{
				"twice": f.Name, "upper": strings.ToUpper(f.Name), "title": strings.ToUpper(f.Name[:1]) + f.Name[1:], "space-before": " " + f.Name,
				"space-after": f.Name + " ", "nul-after": f.Name + "\x00", "dot": f.Name + ".", "brackets": f.Name + "[]", "long-s": f.Name + "ſ",
				"id": f.Name + "_id", "zero-width": f.Name + "\u200b", "full-width": "ｏ" + f.Name, "operator": "$" + f.Name,
				"attribute": "@" + f.Name, "dashed": "-" + f.Name, "bom": "\ufeff" + f.Name, "slash": "/" + f.Name, "pointer": "~1" + f.Name,
			} {
				g.refuse(name+at, t.beside(f, quote(member)+":"+value+","), 422)
			}
			g.refuse("twice-escaped"+at, t.beside(f, `"\u00`+hexOf(f.Name[0])+f.Name[1:]+`":`+value+","), 422)
		}
		for _, name := range []string{
			"", "id", "__proto__", "constructor", "prototype", "toString", "$where", "$ref", "@type", "admin", "role", "isAdmin", "actor", "time",
			"seq",
			"version", "correlation", "Type", "Key", "_", "items.0", "a/b", "a~b", "\x00", "é", "😀", strings.Repeat("n", 10_000),
		} {
			g.refuse("unknown/"+label(name)+"@"+t.name, t.beside(t.fields[0], quote(name)+":1,"), 422)
		}
	}
	return g
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// wrongNumbers has numbers that are not whole, or out of range.
func wrongNumbers(targets []target) Group {
	g := Group{Name: "numbers", About: "numbers that are not whole, negative or out of range"}
	for _, t := range targets {
		for _, f := range t.fields {
			if f.Type != "integer" {
				continue
			}
			for n := range strings.FieldsSeq("-1 -2147483648 -2147483649 -9223372036854775808 -9223372036854775809 9223372036854775807 " +
				"9223372036854775808 " +
				"18446744073709551615 18446744073709551616 4503599627370496000000 1000000000001 1.0 1.5 0.1 -0.5 1e0 1E0 1e2 1e-2 1e400 -1e400 1e-400 " +
				"1.0e10 2e308 " +
				"1e999999999 1e-999999999 99999999999999999999999999999999 -99999999999999999999999999999999 0.99999999999999999999 " +
				"1.00000000000000000001 " +
				"3.141592653589793 1e+2 0e0 0.0 -0.0 -1.0") {
				g.refuse(n+"@"+t.name+"/"+f.path, t.with(f, n), 400, 422)
			}
			for _, n := range []string{"1", "-1", "", " 1", "0x1", "1e3", "NaN", "١", "one", "1,00", "1.00", "€1", "true", "null"} {
				g.refuse("text-"+label(n)+"@"+t.name+"/"+f.path, t.with(f, quote(n)), 422)
			}
			for name, digits := range map[string]int{"100-digits": 100, "10000-digits": 10_000, "100000-digits": 100_000} {
				g.refuse(name+"@"+t.name+"/"+f.path, t.with(f, strings.Repeat("9", digits)), 400, 422)
				g.refuse("fraction-"+name+"@"+t.name+"/"+f.path, t.with(f, "0."+strings.Repeat("3", digits)), 400, 422)
			}
		}
	}
	return g
}
