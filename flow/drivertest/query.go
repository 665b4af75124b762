package drivertest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/onevent/onevent/flow/driver"
)

// wantsQuery fails the test unless Query comes to return these documents.
func (b *bench) wantsQuery(view string, q driver.Query, want ...driver.Document) {
	b.Helper()
	eventually(b, fmt.Sprintf("Query %+v", q), want, sameDocument, describeDocument, func() []driver.Document {
		return all(b, b.views.Query(b.Context(), view, q))
	})
}

func queryClauses() []clause {
	return []clause{
		{"Query returns documents in the byte order of their keys", queryOrder},
		{"Query returns at most Limit documents after the key After", queryPages},
		{"Query pages through documents that match", queryPagesWhere},
		{"Query returns what Get returns, the version too", queryVersion},
		{"Query of a view without documents is empty", func(b *bench) { b.wantsQuery(b.view("none"), driver.Query{Limit: 3}) }},
	}
}

// many writes count documents in a random order, and returns them in that of
// their keys. The field third is i%3.
func (b *bench) many(view string, count int) []driver.Document {
	b.Helper()
	docs := make([]driver.Document, count)
	for i := range docs {
		docs[i] = driver.Document{View: view, Key: fmt.Sprintf("k%03d", i), Body: fmt.Appendf(nil, `{"i":%d,"third":%d}`, i, i%3)}
	}
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // the same order every time
	for _, i := range random.Perm(count) {
		b.write(docs[i], "")
	}
	return docs
}

func queryOrder(b *bench) {
	view := b.view("a")
	keys := []string{"b", "a", "B", "10", "9", "a-", "a.", "a_", "ab", "a:", "a@", "Z", "~"}
	docs := make([]driver.Document, len(keys))
	for _, key := range keys {
		b.write(keyed(view, key), "")
	}
	slices.Sort(keys)
	for i, key := range keys {
		docs[i] = keyed(view, key)
	}
	b.wantsQuery(view, driver.Query{}, docs...)
}

func queryPages(b *bench) {
	view := b.view("a")
	docs := b.many(view, 25)
	b.wantsQuery(view, driver.Query{}, docs...)
	b.wantsQuery(view, driver.Query{Limit: 1}, docs[0])
	b.wantsQuery(view, driver.Query{Limit: 25}, docs...)
	b.wantsQuery(view, driver.Query{Limit: 1000}, docs...)
	for i := 0; i < len(docs); i += 7 {
		q := driver.Query{Limit: 7}
		if i > 0 {
			q.After = docs[i-1].Key
		}
		b.wantsQuery(view, q, docs[i:min(i+7, len(docs))]...)
	}
	b.wantsQuery(view, driver.Query{After: docs[24].Key})
	b.wantsQuery(view, driver.Query{After: "k010.5"}, docs[11:]...) // no such key
	b.wantsQuery(view, driver.Query{After: "a", Limit: 2}, docs[:2]...)
	b.wantsQuery(view, driver.Query{After: "z"})
}

func queryPagesWhere(b *bench) {
	view := b.view("a")
	docs := b.many(view, 25)
	var third []driver.Document
	for i := 1; i < len(docs); i += 3 {
		third = append(third, docs[i])
	}
	where := map[string]any{"third": float64(1)}
	b.wantsQuery(view, driver.Query{Where: where}, third...)
	b.wantsQuery(view, driver.Query{Where: where, Limit: 3}, third[:3]...)
	b.wantsQuery(view, driver.Query{Where: where, Limit: 3, After: third[2].Key}, third[3:6]...)
	b.wantsQuery(view, driver.Query{Where: where, Limit: 3, After: third[7].Key})
}

func queryVersion(b *bench) {
	doc := b.write(b.doc("a", "1"), "")
	doc = b.write(doc, "")
	b.wantsQuery(doc.View, driver.Query{}, doc)
	found := all(b, b.views.Query(b.Context(), doc.View, driver.Query{}))
	if len(found) != 1 || found[0].Version != doc.Version {
		b.Fatalf("Query: got %s, want %s", list(found, describeDocument), describeDocument(doc))
	}
}

func whereClauses() []clause {
	return []clause{
		{"Where compares strings, bools and numbers, each with its own kind", whereKinds},
		{"Where with several fields wants all of them", whereSeveral},
		{"Where follows the document as it is now", whereFollows},
		{"Where names a field, and is not a path or a pattern", whereNames},
	}
}

func whereKinds(b *bench) {
	view := b.view("a")
	docs := map[string]driver.Document{}
	for key, value := range map[string]string{
		"string": `"open"`, "Upper": `"Open"`, "empty": `""`, "one": `1`, "one.0": `1.0`, "ten": `1e1`, "half": `0.5`, "minus": `-2.25`,
		"large": `9007199254740991`, "true": `true`, "false": `false`, "null": `null`, "list": `["open"]`, "object": `{"a":"open"}`,
		"textone": `"1"`, "texttrue": `"true"`, "umlaut": `"Zoë \u00e9 \"quoted\" 'it' \\ %_"`, "zero": `0`, "textnull": `"null"`,
	} {
		doc := driver.Document{View: view, Key: key, Body: []byte(`{"other":"open","f":` + value + `}`)}
		docs[key] = doc
		b.write(doc, "")
	}
	none := driver.Document{View: view, Key: "none", Body: []byte(`{"other":1}`)}
	b.write(none, "")
	for _, w := range []struct {
		value any
		keys  []string
	}{
		{"open", []string{"string"}},
		{"Open", []string{"Upper"}},
		{"", []string{"empty"}},
		{"1", []string{"textone"}},
		{"true", []string{"texttrue"}},
		{"null", []string{"textnull"}},
		{`Zoë é "quoted" 'it' \ %_`, []string{"umlaut"}},
		{"%", nil},
		{"o_en", nil},
		{float64(1), []string{"one", "one.0"}},
		{float64(0), []string{"zero"}},
		{float64(10), []string{"ten"}},
		{0.5, []string{"half"}},
		{-2.25, []string{"minus"}},
		{float64(9007199254740991), []string{"large"}},
		{float64(3), nil},
		{true, []string{"true"}},
		{false, []string{"false"}},
	} {
		var want []driver.Document
		for _, key := range w.keys {
			want = append(want, docs[key])
		}
		b.wantsQuery(view, driver.Query{Where: map[string]any{"f": w.value}}, want...)
	}
}

func whereSeveral(b *bench) {
	view := b.view("a")
	var want []driver.Document
	for i := range 12 {
		doc := driver.Document{
			View: view, Key: fmt.Sprintf("k%02d", i),
			Body: fmt.Appendf(nil, `{"state":"%c","paid":%t,"n":%d}`, 'a'+i%2, i%3 == 0, i%4),
		}
		b.write(doc, "")
		if i%2 == 1 && i%3 == 0 && i%4 == 3 {
			want = append(want, doc)
		}
	}
	b.wantsQuery(view, driver.Query{Where: map[string]any{"state": "b", "paid": true, "n": float64(3)}}, want...)
	b.wantsQuery(view, driver.Query{Where: map[string]any{"state": "b", "paid": true, "n": float64(0)}})
	b.wantsQuery(view, driver.Query{Where: map[string]any{"state": "b", "missing": "b"}})
}

func whereFollows(b *bench) {
	doc := b.doc("a", "1")
	doc.Body = []byte(`{"state":"open","old":true}`)
	doc.Version = b.write(doc, "").Version
	doc.Body = []byte(`{"state":"done"}`)
	b.write(doc, "")
	b.wantsQuery(doc.View, driver.Query{Where: map[string]any{"state": "open"}})
	b.wantsQuery(doc.View, driver.Query{Where: map[string]any{"old": true}})
	b.wantsQuery(doc.View, driver.Query{Where: map[string]any{"state": "done"}}, doc)
}

func whereNames(b *bench) {
	view := b.view("a")
	names := []string{"a.b", "it's", `say "so"`, "a b", "a[0]", "$", "*", "ünicode", "x'; drop table documents; --", "`"}
	decoy := driver.Document{View: view, Key: "decoy", Body: []byte(`{"a":{"b":"x"},"0":"x"}`)}
	b.write(decoy, "")
	for i, name := range names {
		doc := driver.Document{View: view, Key: fmt.Sprintf("k%02d", i), Body: fmt.Appendf(nil, `{%q:"x"}`, name)}
		b.write(doc, "")
		b.wantsQuery(view, driver.Query{Where: map[string]any{name: "x"}}, doc)
		b.wantsQuery(view, driver.Query{Where: map[string]any{name: "y"}})
	}
}
