package drivertest

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/onevent/onevent/flow/driver"
)

func documentClauses() []clause {
	return []clause{
		{"a document comes back as it was put", documentComesBack},
		{"a document that does not exist is ErrNotFound", documentNotFound},
		{"Put with an empty version creates, and conflicts with a document", putCreates},
		{"Put with a stale version is ErrConflict and changes nothing", putStale},
		{"Put with a version of a document that does not exist is ErrConflict", putOnNothing},
		{"the version changes with each Put, also of the same bytes", versionChanges},
		{"of 32 concurrent Puts on one version exactly one is made", onePutWins},
		{"a key has many characters, up to 200 bytes", documentKeys},
		{"the bytes of a document are copied in and out", documentCopies},
	}
}

func documentComesBack(b *bench) {
	view := b.view("a")
	for key, doc := range map[string]driver.Document{
		"1": {Body: []byte(`{}`)},
		"2": {Body: []byte(`{"b":[1,2,{"c":null}], "a":"\u00e9é\n","n":1.50}`), Memory: anyBytes(300)},
		"3": {Body: []byte(" {\"a\" :\t1e3}\n"), Memory: []byte{0}},
		"4": {Body: []byte(`{"":"","a.b":1,"$ref":"#","__name__":"x","_id":7,"deep":{"a":{"b":[[[]]]}}}`)},
	} {
		doc.View, doc.Key = view, key
		if stored := b.write(doc, ""); stored.Version == "" {
			b.Error("Get of a stored document has no version")
		}
		b.wantsDocument(doc)
	}
}

func documentNotFound(b *bench) {
	_, err := b.views.Get(b.Context(), b.view("a"), "none")
	b.wants(err, driver.ErrNotFound, "Get in a view without documents")
	b.write(b.doc("b", "1"), "")
	_, err = b.views.Get(b.Context(), b.view("b"), "none")
	b.wants(err, driver.ErrNotFound, "Get of a key without a document")
}

// doc returns a new document of a view of this test.
func (b *bench) doc(view, key string) driver.Document {
	return driver.Document{View: b.view(view), Key: key, Body: []byte(`{"key":"` + key + `"}`), Memory: anyBytes(9)}
}

func putCreates(b *bench) {
	doc := b.doc("a", "1")
	b.write(doc, "")
	again := doc
	again.Body = []byte(`{"again":true}`)
	b.wants(b.views.Put(b.Context(), again, ""), driver.ErrConflict, "Put with an empty version on a document")
	b.wantsDocument(doc)
}

func putStale(b *bench) {
	first := b.write(b.doc("a", "1"), "")
	second := first
	second.Body, second.Memory = []byte(`{"n":2}`), []byte("second")
	b.write(second, "")
	b.wants(b.views.Put(b.Context(), first, ""), driver.ErrConflict, "Put with a stale version")
	b.wantsDocument(second)
}

func putOnNothing(b *bench) {
	doc := b.doc("a", "1")
	doc.Version = b.write(b.doc("a", "2"), "").Version
	b.wants(b.views.Put(b.Context(), doc, "mark"), driver.ErrConflict, "Put with a version on nothing")
	_, err := b.views.Get(b.Context(), doc.View, "1")
	b.wants(err, driver.ErrNotFound, "Get after it")
	b.wantsMarked(doc.View, "mark", false)
}

func versionChanges(b *bench) {
	doc := b.write(b.doc("a", "1"), "")
	for range 3 {
		next := b.write(doc, "")
		if next.Version == doc.Version {
			b.Fatalf("the version stayed %q", doc.Version)
		}
		b.wants(b.views.Put(b.Context(), doc, ""), driver.ErrConflict, "Put with the version before")
		doc = next
	}
}

func onePutWins(b *bench) {
	old := b.write(b.doc("a", "1"), "")
	var made atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	for range writers {
		group.Go(func() {
			doc := old
			doc.Memory = []byte(newID())
			<-start
			if b.views.Put(b.Context(), doc, "") == nil {
				made.Add(1)
			}
		})
	}
	close(start)
	group.Wait()
	if made.Load() > 1 {
		b.Fatalf("%d of %d Puts on one version returned nil", made.Load(), writers)
	}
	if now := b.read(old.View, old.Key); now.Version == old.Version || sameDocument(now, old) {
		b.Fatal("no Put was made")
	}
}

func documentKeys(b *bench) {
	view := b.view("a")
	keys := []string{
		"0", "a", "A", "a.b", "a..b", ".a", "_a_", "-", "_", "@", ":", "+", "=", ",", "a@b.example", "urn:x:1", "k=v,l=w",
		"a+b", "2026-11-21T04:04:06.000001Z", "-1", "a-b_c.d@e:f+g=h,i", "null", "true", "1e3", "001",
		strings.Repeat("x", 200), strings.Repeat("x", 199) + "y", strings.Repeat("x", 199),
	}
	for _, key := range keys {
		b.write(keyed(view, key), "")
	}
	slices.Sort(keys)
	want := make([]driver.Document, len(keys))
	for i, key := range keys {
		want[i] = keyed(view, key)
		b.wantsDocument(want[i])
	}
	b.wantsQuery(view, driver.Query{}, want...)
	for i, key := range keys {
		b.wantsQuery(view, driver.Query{After: key, Limit: 1}, want[min(i+1, len(want)):min(i+2, len(want))]...)
	}
}

// keyed returns a new document of a view, without a memory.
func keyed(view, key string) driver.Document {
	return driver.Document{View: view, Key: key, Body: []byte(`{"key":"` + key + `"}`)}
}

func documentCopies(b *bench) {
	want, given := b.doc("a", "1"), b.doc("a", "1")
	b.write(given, "")
	clear(given.Body)
	clear(given.Memory)
	for range 2 {
		b.wantsDocument(want)
		got := b.read(want.View, want.Key)
		clear(got.Body)
		clear(got.Memory)
		for _, got := range all(b, b.views.Query(b.Context(), want.View, driver.Query{})) {
			clear(got.Body)
			clear(got.Memory)
		}
	}
}

func viewMarkClauses() []clause {
	return []clause{
		{"a mark is written with the document or not at all", markWithDocument},
		{"of 32 concurrent Puts with one mark exactly one is made", oneMarkWins},
		{"a mark is 1 to 128 bytes of its alphabet", markNames},
	}
}

func (b *bench) wantsMarked(view, mark string, want bool) {
	b.Helper()
	got, err := b.views.Marked(b.Context(), view, mark)
	if err != nil || got != want {
		b.Fatalf("Marked %q: %v, %v, want %v", mark, got, err, want)
	}
}

func markWithDocument(b *bench) {
	doc := b.doc("a", "1")
	b.wantsMarked(doc.View, "m1", false)
	doc = b.write(doc, "m1")
	b.wantsMarked(doc.View, "m1", true)

	second := doc
	second.Body = []byte(`{"n":2}`)
	b.wants(b.views.Put(b.Context(), second, "m1"), driver.ErrConflict, "Put with a mark that the view has")
	b.wantsDocument(doc)
	b.wants(b.views.Put(b.Context(), b.doc("a", "other"), "m1"), driver.ErrConflict, "Put of another document with the mark")
	_, err := b.views.Get(b.Context(), doc.View, "other")
	b.wants(err, driver.ErrNotFound, "Get of what was put with the mark")

	stale := doc
	b.write(second, "m2")
	b.wants(b.views.Put(b.Context(), stale, "m3"), driver.ErrConflict, "Put with a stale version and a new mark")
	b.wantsMarked(doc.View, "m3", false)
	b.wantsMarked(doc.View, "m2", true)
	b.wantsMarked(doc.View, "1", false) // a key is not a mark
}

func oneMarkWins(b *bench) {
	view := b.view("a")
	var made atomic.Int64
	var group sync.WaitGroup
	start := make(chan struct{})
	keys := map[string]bool{}
	for range writers {
		doc := keyed(view, newID())
		keys[doc.Key] = true
		group.Go(func() {
			<-start
			if b.views.Put(b.Context(), doc, "mark") == nil {
				made.Add(1)
			}
		})
	}
	close(start)
	group.Wait()
	stored := 0
	for key := range maps.Keys(keys) {
		if _, err := b.views.Get(b.Context(), view, key); err == nil {
			stored++
		}
	}
	if made.Load() > 1 || stored != 1 {
		b.Fatalf("%d Puts with one mark returned nil, %d documents are stored", made.Load(), stored)
	}
	b.wantsMarked(view, "mark", true)
}

func markNames(b *bench) {
	view := b.view("a")
	names := []string{".", "..", "_", "~", "-", "__m__", "0", "M", "m", "a.b~c-d_e", strings.Repeat("x", 128), strings.Repeat("x", 127) + "y"}
	for _, name := range names {
		b.wantsMarked(view, name, false)
		b.write(keyed(view, "k"+newID()), name)
		b.wantsMarked(view, name, true)
	}
}

func viewClauses() []clause {
	return []clause{
		{"views are separate", viewsAreSeparate},
		{"Drop removes the documents and the marks of its view only", dropRemoves},
		{"Drop of an empty view is no error", dropNothing},
		{"a document that is made again has no version of before", noVersionComesBack},
	}
}

func viewsAreSeparate(b *bench) {
	one, other := b.doc("a", "1"), b.doc("a-b", "1")
	other.Body = []byte(`{"other":true}`)
	b.write(one, "m")
	b.wantsMarked(other.View, "m", false)
	b.write(other, "m")
	b.wantsDocument(one)
	b.wantsDocument(other)
	b.wantsQuery(one.View, driver.Query{}, one)
	b.wantsQuery(other.View, driver.Query{}, other)
}

func dropRemoves(b *bench) {
	view, other := b.view("a"), b.doc("a-b", "1")
	b.write(other, "m")
	for range 30 {
		b.write(keyed(view, newID()), newID())
	}
	doc := keyed(view, "k")
	b.write(doc, "m")
	if err := b.views.Drop(b.Context(), view); err != nil {
		b.Fatalf("Drop: %v", err)
	}
	_, err := b.views.Get(b.Context(), view, "k")
	b.wants(err, driver.ErrNotFound, "Get after Drop")
	b.wantsMarked(view, "m", false)
	b.wantsQuery(view, driver.Query{})
	b.wantsDocument(other)
	b.wantsMarked(other.View, "m", true)
	b.write(doc, "m") // the view begins again
	b.wantsQuery(view, driver.Query{}, doc)
}

func dropNothing(b *bench) {
	for range 2 {
		if err := b.views.Drop(b.Context(), b.view("none")); err != nil {
			b.Fatalf("Drop of an empty view: %v", err)
		}
	}
}

func noVersionComesBack(b *bench) {
	old := b.write(b.doc("a", "1"), "")
	if err := b.views.Drop(b.Context(), old.View); err != nil {
		b.Fatalf("Drop: %v", err)
	}
	b.write(b.doc("a", "1"), "")
	b.wants(b.views.Put(b.Context(), old, ""), driver.ErrConflict, "Put with a version from before Drop")
}
