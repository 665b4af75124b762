package corpus

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
)

// maxText is how many characters a text for people may have.
const maxText = 200

// keys has texts that are no key, in each field that is one.
func keys(targets []target) Group {
	g := Group{Name: "keys", About: "texts that no stream has as its key, in each field that names one"}
	more := []string{
		strings.Repeat("k", 129), strings.Repeat("k", 10_000), "a/b", "/a", "a/", "a//b", "a\\b", "..", ".", "a..b", ".a", "-a", "_a", "@a", ":a", "+a", "=a", ",a", "a b", "a?b", "a#b",
		"a%2fb", "a%b", "a*b", "a|b", "a;b", "a&b", "a~b", "a!b", "a$b", "a'b", "a\"b", "a(b", "a[b", "a{b", "a<b", "a^b", "a`b", "ab\u0000", "ä",
		"a\u0301", "１",
	}
	for _, t := range targets {
		for _, f := range t.fields {
			if !f.isKey() {
				continue
			}
			for _, text := range unique(naughty(), more) {
				if flow.CheckKey(text) == nil { // odd, and a key all the same
					continue
				}
				g.refuse(label(text)+"@"+t.name+"/"+f.path, t.with(f, quote(text)), 422)
			}
		}
	}
	return g
}

// texts has texts that nobody can read, or that are too long, in each field for people.
func texts(targets []target) Group {
	g := Group{Name: "texts", About: "texts with characters that nobody sees, or too many, in each field for people"}
	more := []string{strings.Repeat("x", maxText+1), strings.Repeat("ä", maxText+1), strings.Repeat("😀", maxText+1), strings.Repeat("x", 100_000)}
	for _, t := range targets {
		for _, f := range t.fields {
			if !f.isText() || strings.HasPrefix(t.name, "hook.") {
				continue
			}
			for _, text := range unique(naughty(), more) {
				if isVisible(text) {
					continue
				}
				g.refuse(label(text)+"@"+t.name+"/"+f.path, t.with(f, quote(text)), 422)
			}
		}
	}
	return g
}

// isVisible says whether a text can be shown as it is.
func isVisible(text string) bool {
	return utf8.RuneCountInString(text) <= maxText && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// right has what many others are made of, as it should be, and what is just within
// the limits: were it refused, then the others would be for no reason of theirs.
func right(targets []target) Group {
	g := Group{Name: "kept/right", About: "what the others are made of, and what is just within the limits"}
	for _, t := range authentic() {
		g.add("signed@"+t.source, t.request(t.header, t.body), Kept, 201)
	}
	for _, t := range targets {
		if t.name == "consumer.register" || t.name == "order.place" || t.name == "hook.register" {
			g.add("example@"+t.name, command(t.name, t.body), Kept, 201)
		}
	}
	of := func(id string, header ...string) request {
		return command("consumer.register", `{"consumer":"`+id+`","name":"Ann"}`, header...)
	}
	g.add("longest-key", of(strings.Repeat("k", 128)), Kept, 201)
	g.add("longest-idempotency-key", of("right-1", "Idempotency-Key: "+strings.Repeat("k", 255)), Kept, 201)
	g.add("longest-actor", of("right-2", "Onevent-Actor: "+strings.Repeat("ä", 64)), Kept, 201)
	g.add("charset", of("right-3", "X-A: b").typed(asJSON+"; charset=UTF-8"), Kept, 201)
	g.add("same-origin", of("right-4", "Sec-Fetch-Site: same-origin"), Kept, 201)
	g.add("own-address", of("right-5", "Host: 127.0.0.1:1"), Kept, 201)
	return g
}

// kept has unusual texts that are right, where people read them: they come back as they
// were.
func kept() []Group {
	name := Group{Name: "kept/name", About: "unusual names, which are shown as they came"}
	item := Group{Name: "kept/item", About: "unusual names of items, which are shown as they came"}
	actor := Group{Name: "kept/actor", About: "unusual actors, which are shown as they came"}
	for i, text := range naughty() {
		if text == "" || !isVisible(text) || utf8.RuneCountInString(text) > 100 {
			continue
		}
		id := "kept-" + decimal(i)
		name.keep(text, command("consumer.register", `{"consumer":"`+id+`","name":`+quote(text)+`}`), "/streams/consumer/"+id)
		item.keep(text, command("order.place", `{"order":"`+id+`","consumer":"kept","restaurant":"kept","items":[{"name":`+quote(text)+`,"quantity":1,"price":1}]}`),
			"/streams/order/"+id)
		if strings.TrimSpace(text) == text && len(text) <= 128 { // HTTP trims what is around a value
			actor.keep(text, command("consumer.register", `{"consumer":"actor-`+id+`","name":"Ann"}`, "Onevent-Actor: "+text), "/streams/consumer/actor-"+id)
		}
	}
	return []Group{name, item, actor}
}

// keep adds a case that is stored, and shown at a path.
func (g *Group) keep(text string, r request, path string) {
	g.Cases = append(g.Cases, Case{Name: g.Name + "/" + label(text), Raw: r.bytes(), Want: Kept, Status: []int{201}, Show: path, Text: text})
}
